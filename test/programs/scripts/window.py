"""A window of Qt that no screen shows: widgets, layouts, text and pictures, drawn into memory."""
import hashlib, sys
from PyQt5 import QtCore, QtGui, QtNetwork, QtWidgets, QtXml, QtPrintSupport, QtTest, QtDBus

app = QtWidgets.QApplication(sys.argv)
window = QtWidgets.QWidget()
layout = QtWidgets.QVBoxLayout(window)
button, edit = QtWidgets.QPushButton("seventeen"), QtWidgets.QLineEdit()
clicks = []
button.clicked.connect(lambda: clicks.append(edit.text()))
layout.addWidget(edit)
layout.addWidget(button)
window.resize(200, 100)
window.show()
QtTest.QTest.keyClicks(edit, "typed")
QtTest.QTest.mouseClick(button, QtCore.Qt.LeftButton)
picture = window.grab().toImage().convertToFormat(QtGui.QImage.Format_RGB32)
bits = picture.bits()
bits.setsize(picture.byteCount())
print(QtCore.QT_VERSION_STR, app.platformName(), clicks, picture.width(), picture.height(), hashlib.sha256(bytes(bits)).hexdigest()[:16])
print(sorted(bytes(one).decode() for one in QtGui.QImageReader.supportedImageFormats()))
document = QtXml.QDomDocument()
document.setContent("<a><b/></a>")
print(document.documentElement().firstChildElement().tagName(), QtCore.QRegularExpression("(\\d+)").match("a17").captured(1))
QtCore.QTimer.singleShot(0, app.quit)
print(app.exec())
