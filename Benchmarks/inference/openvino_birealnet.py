#!/usr/bin/env python3
"""Times Bi-Real-Net-18, ImageNet form, on OpenVINO in float32 with random weights: one image a call, on one thread.

    python3 openvino_birealnet.py --calls 20

`--form signs` is the network itself: a Sign before every convolution, weights ±1 with their scale folded in, norms folded into the convolutions by
OpenVINO. `--form plain` leaves the signs out: what a float32 ResNet of the same convolutions and shortcuts takes. Prints one JSON object.
"""

import argparse
import json
import time

import numpy as np
import openvino as ov
from openvino import opset8 as ops


def build(form, extent):
    random = np.random.default_rng(1)

    def constant(shape, scale=1.0):
        return ops.constant((random.standard_normal(shape) * scale).astype(np.float32))

    def convolution(x, inputs, outputs, size, stride, binary):
        weights = random.standard_normal((outputs, inputs, size, size)).astype(np.float32)
        if binary:
            weights = np.sign(weights) * np.abs(weights).mean(axis=(1, 2, 3), keepdims=True)
        margin = size // 2
        return ops.convolution(x, ops.constant(weights), [stride, stride], [margin, margin], [margin, margin], [1, 1])

    def norm(x, channels):
        scale = ops.constant(random.uniform(0.5, 1.5, (1, channels, 1, 1)).astype(np.float32))
        return ops.add(ops.multiply(x, scale), constant((1, channels, 1, 1)))

    image = ops.parameter([1, 3, extent, extent], np.float32)
    x = norm(convolution(image, 3, 64, 7, 2, False), 64)
    x = ops.max_pool(x, [2, 2], [1, 1], [1, 1], [1, 1], [3, 3]).output(0)
    width = 64
    for stage, channels in enumerate([64, 128, 256, 512]):
        for block in range(4):
            halves = stage > 0 and block == 0
            signs = ops.sign(x) if form == "signs" else x
            main = norm(convolution(signs, width, channels, 3, 2 if halves else 1, True), channels)
            if halves:
                pooled = ops.avg_pool(x, [2, 2], [0, 0], [0, 0], [2, 2], True)
                x = norm(convolution(pooled, width, channels, 1, 1, False), channels)
            x = ops.add(main, x)
            width = channels
    mean = ops.reshape(ops.reduce_mean(x, ops.constant(np.array([2, 3], np.int64)), keep_dims=False), ops.constant(np.array([1, 512], np.int64)), False)
    scores = ops.add(ops.matmul(mean, constant((1000, 512), 0.05), False, True), constant((1, 1000)))
    return ov.Model([scores], [image], "birealnet18")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--form", choices=["signs", "plain"], default="signs")
    parser.add_argument("--extent", type=int, default=224)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--calls", type=int, default=20)
    options = parser.parse_args()
    settings = {"INFERENCE_NUM_THREADS": options.threads, "NUM_STREAMS": 1, "INFERENCE_PRECISION_HINT": "f32", "PERFORMANCE_HINT": "LATENCY"}
    request = ov.Core().compile_model(build(options.form, options.extent), "CPU", settings).create_infer_request()
    image = np.random.default_rng(2).uniform(-1, 1, (1, 3, options.extent, options.extent)).astype(np.float32)
    request.set_input_tensor(ov.Tensor(image))
    for _ in range(3):
        request.infer()
    seconds = []
    for _ in range(options.calls):
        start = time.perf_counter()
        request.infer()
        seconds.append(time.perf_counter() - start)
    print(json.dumps({"version": ov.__version__, "seconds": seconds}))


if __name__ == "__main__":
    main()
