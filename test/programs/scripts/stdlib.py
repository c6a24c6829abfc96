"""Imports every extension module of Python's standard library, and has some of them work."""
import ctypes, decimal, hashlib, importlib, lzma, bz2, zlib, json, multiprocessing, os, sqlite3, ssl, sysconfig, threading

folder = os.path.join(sysconfig.get_path("platstdlib"), "lib-dynload")
names = sorted({file.split(".")[0] for file in os.listdir(folder) if file.endswith(".so")})
for name in names:
    importlib.import_module(name)
print(len(names), *names)

data = b"seventeen " * 1000
print(all(one.decompress(one.compress(data)) == data for one in (zlib, bz2, lzma)), hashlib.blake2b(data).hexdigest(), hashlib.new("sha3_256", data).hexdigest())
print(decimal.Decimal(2).sqrt(), json.loads('{"a": [1, 2.5, null]}'))
base = sqlite3.connect(":memory:")
print(base.execute("with recursive n(i) as (select 1 union all select i + 1 from n where i < 100) select sum(i), sqrt(2) from n").fetchall())
print(ssl.OPENSSL_VERSION, len(ssl.create_default_context().get_ciphers()) > 3)

libm = ctypes.CDLL("libm.so.6")
libm.cos.restype, libm.cos.argtypes = ctypes.c_double, [ctypes.c_double]
compare = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_int), ctypes.POINTER(ctypes.c_int))
numbers = (ctypes.c_int * 5)(5, 3, 1, 4, 2)
ctypes.CDLL(None).qsort(numbers, 5, 4, compare(lambda a, b: a[0] - b[0]))
print(libm.cos(0.0), list(numbers))
try:
    ctypes.CDLL("libnowhere.so.17")
except OSError as error:
    print(error)
try:
    libm.nothing_at_all
except AttributeError as error:
    print("nothing_at_all" in str(error))

found = []
threads = [threading.Thread(target=lambda i=i: found.append(hashlib.sha256(data * i).hexdigest())) for i in range(8)]
[thread.start() for thread in threads], [thread.join() for thread in threads]
print(sorted(found)[0])
with multiprocessing.get_context("fork").Pool(2) as pool:
    print(pool.map(zlib.crc32, [data, data * 2]))
