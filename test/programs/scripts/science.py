"""scipy, pandas, pillow, cryptography: Fortran, C++ and Rust in Python."""
import io
import pandas as pd
from PIL import Image, ImageFilter
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.asymmetric import ed25519
from scipy import fft, integrate, linalg, optimize, sparse, spatial, special, stats
import numpy as np

print(round(integrate.quad(np.cos, 0, 1)[0], 9), round(optimize.brentq(lambda x: x * x - 2, 0, 2), 9), special.gamma(6), round(stats.norm.cdf(1), 9))
print(np.round(linalg.expm(np.diag([0.0, 1.0])), 6).tolist(), sparse.eye(3).nnz, len(spatial.ConvexHull([[0, 0], [1, 0], [0, 1], [.2, .2]]).vertices), fft.dct([1.0, 2, 3]).round(6))
frame = pd.read_csv(io.StringIO("k,v\na,1\nb,2\na,3"))
print(frame.groupby("k").v.sum().to_dict(), frame.v.rolling(2).mean().tolist()[1:])
image = Image.linear_gradient("L").filter(ImageFilter.GaussianBlur(3)).resize((32, 32))
for kind in ("PNG", "JPEG", "WEBP"):
    file = io.BytesIO()
    image.save(file, kind)
    print(kind, Image.open(file).size, sum(Image.open(file).convert("L").tobytes()) // 10000)
key = AESGCM(bytes(16))
print(key.encrypt(bytes(12), b"seventeen", None).hex(), ed25519.Ed25519PrivateKey.from_private_bytes(bytes(32)).sign(b"x").hex()[:16])
