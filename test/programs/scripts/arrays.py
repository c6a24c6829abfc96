"""numpy: linear algebra by many threads, transforms, random numbers."""
import numpy as np

rng = np.random.default_rng(17)
a = rng.standard_normal((300, 300))
print(np.__version__, np.allclose(np.linalg.inv(a) @ a, np.eye(300)), round(float(np.linalg.slogdet(a)[1]), 6))
print(np.round(np.abs(np.fft.fft(np.arange(16)))[:4], 6), np.round(np.linalg.svd(a[:4, :4])[1], 6))
print(np.sort(rng.integers(0, 1000, 10)), np.array(["b", "a"], dtype="U").astype("S"), np.float16(1.1), np.einsum("ii", a).round(6))
try:
    np.linalg.inv(np.zeros((2, 2)))
except np.linalg.LinAlgError as error:
    print(error)
