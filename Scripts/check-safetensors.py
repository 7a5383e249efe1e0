#!/usr/bin/env python3
"""Reads model files with the safetensors package and runs them in NumPy, by the specification in Sources/BinaryInference/README.md.

    Scripts/check-safetensors.py [--require] [FOLDER]

FOLDER holds NAME.safetensors and NAME_vectors.json, as `spinflip export --format safetensors` writes them; without it, the test suite
writes some. Every score, class and traced value must agree. Needs: pip install safetensors numpy; without them the check is left out,
or fails with --require.
"""
import glob
import json
import os
import subprocess
import sys
import tempfile
import zlib

try:
    import numpy as np
    import safetensors
    import safetensors.numpy
except ImportError as missing:
    print(f"left out: {missing.name} is not installed (pip install safetensors numpy)")
    sys.exit(1 if "--require" in sys.argv else 0)


def signs(words, columns):
    """±1 numbers [rows, columns] from uint64 words [rows, words]: lowest bit first, bit 1 is +1."""
    bits = np.unpackbits(words.astype("<u8").view(np.uint8), axis=1, bitorder="little")
    assert not bits[:, columns:].any(), "padding bits are set"
    return bits[:, :columns].astype(np.int64) * 2 - 1


def fma(x, w, s):
    """x·w + s in float32, rounded once. The product is exact in float64; the sum is rounded to odd there, so that rounding it again loses nothing."""
    product = x.astype(np.float64) * w
    total = product + s
    part = total - product
    error = (product - (total - part)) + (s - part)
    bits = total.view(np.int64)
    is_even = (error != 0) & (bits % 2 == 0)
    outwards = np.where((error > 0) == (total > 0), 1, -1)
    return (bits + np.where(is_even, outwards, 0)).view(np.float64).astype(np.float32)


def weigh(terms, kernel):
    """Sums [..., outputs] of terms [..., K] with a real kernel [outputs, K], in ascending order from +0."""
    result = np.zeros((*terms.shape[:-1], len(kernel)), dtype=np.float32)
    for k in range(kernel.shape[1]):
        result = fma(terms[..., k, None], kernel[:, k], result)
    return result


def windows(node, image, outside):
    """The values under each window, [positions down, across, taps, channels]; `outside` where no pixel is."""
    (height, width, _), (down, across), (top, left, bottom, right) = node["image"], node["window"], node["margins"]
    stride, dilation = node["stride"], node["dilation"]
    rows = (height + top + bottom - (down - 1) * dilation - 1) // stride + 1
    columns = (width + left + right - (across - 1) * dilation - 1) // stride + 1
    result = np.zeros((rows, columns, down * across, image.shape[2]), dtype=image.dtype)
    for y, x, i, j in np.ndindex(rows, columns, down, across):
        row, column = y * stride + i * dilation - top, x * stride + j * dilation - left
        if node["padding"] == "replicate":
            row, column = min(max(row, 0), height - 1), min(max(column, 0), width - 1)
        inside = 0 <= row < height and 0 <= column < width
        result[y, x, i * across + j] = image[row, column] if inside else outside
    return result


def convolve(node, kernel, image, outside, product):
    """Sums [positions down, across, outputs]."""
    patches, groups = windows(node, image, outside), node["groups"]
    taps, depth = patches.shape[2], patches.shape[3] // groups
    if kernel.dtype == np.uint64:
        kernel = signs(kernel, taps * depth)
    outputs = len(kernel) // groups
    parts = []
    for group in range(groups):
        part = patches[..., group * depth:(group + 1) * depth].reshape(*patches.shape[:2], taps * depth)
        parts.append(product(part, kernel[group * outputs:(group + 1) * outputs]))
    return np.concatenate(parts, axis=-1)


def count(terms, kernel):
    """The same sums of whole numbers, exact in any order."""
    return terms @ kernel.T


def run(graph, arrays, item):
    """Every value for one item: the input, then the result of each node."""
    values = [np.array(item, dtype=np.int64).reshape(graph["input"]["shape"])]
    for node in graph["nodes"]:
        x = values[node["inputs"][0]]
        name, op = node["name"], node["op"]
        if op == "binarise":
            y = np.where(x.reshape(-1) >= node["threshold"], 1, -1)
        elif op in ("byteDense", "binaryDense"):
            y = signs(arrays[name + ".kernel"], node["columns"]) @ x.reshape(-1)
        elif op == "byteConvolution":
            y = convolve(node, arrays[name + ".kernel"], x, node["outside"], count)
        elif op == "binaryConvolution":
            y = convolve(node, arrays[name + ".kernel"], x, 1 if node["padding"] == "plusOne" else 0, count)
        elif op == "realConvolution":
            y = convolve(node, arrays[name + ".kernel"], x, 1 if node["padding"] == "plusOne" else 0, weigh)
        elif op == "realDense":
            y = weigh(x.reshape(-1), arrays[name + ".kernel"])
        elif op == "affine":
            y = arrays[name + ".scale"] * x.astype(np.float32) + arrays[name + ".bias"]
        elif op == "meanPool":
            under = windows(node, x, 1 if node["padding"] == "plusOne" else 0)
            y = sum(under[:, :, tap] for tap in range(under.shape[2])) * (np.float32(1) / np.float32(under.shape[2]))
        elif op == "relu":
            y = np.maximum(x, np.float32(0))
        elif op == "rectify":
            u = x + arrays[name + ".shift"]
            y = np.where(u >= 0, u, arrays[name + ".slope"] * u) + arrays[name + ".offset"]
        elif op == "maxPool":
            y = windows(node, x, 1 if node["padding"] == "plusOne" else 0).max(axis=2)
        elif op == "bitPool":
            under = windows(node, x, 0)
            y = np.where(signs(arrays[name + ".any"], x.shape[2])[0] > 0, under.max(axis=2), under.min(axis=2))
        elif op == "sumPool":
            y = windows(node, x, 0).sum(axis=2)
        elif op == "flip":
            y = -x * signs(arrays[name + ".flips"], node["columns"])[0]
        elif op == "reshape":
            y = x.reshape(node["shape"])
        elif op == "concatenate":
            y = np.concatenate([values[index] for index in node["inputs"]], axis=-1)
        elif op == "slice":
            y = x[..., node["first"]:node["first"] + node["count"]]
        elif op == "add":
            y = sum(values[index] for index in node["inputs"])
        elif op == "xnor":
            y = x * values[node["inputs"][1]]
        elif op == "or":
            y = np.maximum(x, values[node["inputs"][1]])
        elif op == "interleave":
            y = np.stack([x, values[node["inputs"][1]]], axis=-1).reshape(*x.shape[:-1], 2 * x.shape[-1])
        elif op == "split":
            y = x.reshape(*x.shape[:-1], node["slices"], node["parts"], -1)[..., node["part"], :].reshape(*x.shape[:-1], -1)
        elif op == "sliceSum":
            y = x.reshape(*x.shape[:-1], node["slices"], -1).sum(axis=-2)
        elif op == "multiThreshold":
            thresholds = arrays[name + ".thresholds"].reshape(-1)
            y = np.where(np.tile(x, len(thresholds) // x.shape[-1]) >= thresholds, 1, -1)
        elif op in ("threshold", "realThreshold"):
            y = np.where(x >= arrays[name + ".thresholds"], 1, -1)
        elif op == "realScores":
            y = x.reshape(-1)
        elif op == "scores":
            y = arrays[name + ".scale"].astype(np.int64) * x.reshape(-1) + arrays[name + ".bias"]
        else:
            raise ValueError(f"operation {op}")
        values.append(y)
    return values


def check(path):
    arrays = safetensors.numpy.load_file(path)
    with safetensors.safe_open(path, framework="np") as file:
        metadata = file.metadata()
    text = metadata["spinflip.graph"]
    assert metadata["spinflip.version"] == "1"
    checksum = zlib.crc32(text.encode())
    for name in sorted(arrays, key=str.encode):
        checksum = zlib.crc32(arrays[name].tobytes(), checksum)
    assert metadata["spinflip.checksum"] == f"{checksum:08x}", "checksum"

    graph = json.loads(text)
    with open(path.removesuffix(".safetensors") + "_vectors.json") as file:
        vectors = json.load(file)["vectors"]
    for vector in vectors:
        values = run(graph, arrays, vector["input"])
        assert values[-1].tolist() == vector["scores"], "scores"
        assert int(np.argmax(values[-1])) == vector["class"], "class"
        for value, traced in zip(values[1:], vector.get("trace", [])):
            assert value.reshape(-1).tolist() == traced["values"], traced["node"]

    # What the package writes itself, its order of arrays included, is the same file to a reader.
    again = safetensors.numpy.save(arrays, metadata)
    assert len(again) >= sum(array.nbytes for array in arrays.values())
    print(f"{os.path.basename(path)}: {len(arrays)} arrays, {len(vectors)} vectors agree")


def main():
    folders = [argument for argument in sys.argv[1:] if not argument.startswith("-")]
    with tempfile.TemporaryDirectory() as scratch:
        folder = folders[0] if folders else scratch
        if not folders:
            root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
            # Built as `make test` builds: `swift test` alone would compile everything again with other flags.
            subprocess.run([os.path.join(root, "Scripts", "build.sh"), "--build-tests"], check=True, stdout=subprocess.DEVNULL)
            command = ["swift", "test", "-c", "release", "--package-path", root, "--skip-build", "--filter", "ExportForScripts"]
            subprocess.run(command, check=True, env={**os.environ, "SPINFLIP_EXPORT": scratch}, stdout=subprocess.DEVNULL)
        paths = sorted(glob.glob(os.path.join(folder, "*.safetensors")))
        if not paths:
            sys.exit(f"{folder} holds no .safetensors files")
        for path in paths:
            check(path)


if __name__ == "__main__":
    main()
