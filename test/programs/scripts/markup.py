"""lxml: parsing, XPath, XSLT, schemas, and errors."""
from lxml import etree, html, objectify

root = etree.fromstring("<a><b n='1'>one</b><b n='2'>two</b></a>")
print(root.xpath("//b[@n > 1]/text()"), etree.LIBXML_VERSION)
style = etree.XSLT(etree.fromstring("""<x:stylesheet version="1.0" xmlns:x="http://www.w3.org/1999/XSL/Transform">
<x:template match="/"><c><x:value-of select="sum(//b/@n)"/></c></x:template></x:stylesheet>"""))
print(str(style(root)), html.fromstring("<p>un<b>closed").text_content(), objectify.fromstring("<r><v>17</v></r>").v + 1)
try:
    etree.fromstring("<a><b></a>")
except etree.XMLSyntaxError as error:
    print(error)
