#!/usr/bin/env python3
"""Times training steps of Larq on TensorFlow: one model, one arithmetic, random data. Prints one JSON object.

    python3 larq_steps.py binarynet --batch-size 128 --precision float32 --steps 5

The step is one compiled function (forward, backward, Adam) fed with a batch that is in memory already, which is the best that a user of the
library gets without writing kernels.
"""

import argparse
import json
import os
import resource
import time

parser = argparse.ArgumentParser()
parser.add_argument("model", choices=["mlp:784-1024-1024-10", "binarynet", "birealnet18"])
parser.add_argument("--batch-size", type=int, default=128)
parser.add_argument("--precision", choices=["float32", "bfloat16"], default="float32")
parser.add_argument("--threads", type=int, default=0)
parser.add_argument("--steps", type=int, default=5)
parser.add_argument("--warm-up", type=int, default=2)
options = parser.parse_args()

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import larq as lq  # noqa: E402
import numpy as np  # noqa: E402
import tensorflow as tf  # noqa: E402

if options.threads:
    tf.config.threading.set_intra_op_parallelism_threads(options.threads)
if options.precision == "bfloat16":
    tf.keras.mixed_precision.set_global_policy("mixed_bfloat16")
layers = tf.keras.layers
binary = dict(kernel_quantizer="ste_sign", kernel_constraint="weight_clip", use_bias=False)


def mlp():
    """Every layer binary, the first too; batch norm without scale behind each."""
    model = tf.keras.Sequential([layers.InputLayer((784,))])
    for index, width in enumerate([1024, 1024, 10]):
        inputs = {} if index == 0 else {"input_quantizer": "ste_sign"}
        model.add(lq.layers.QuantDense(width, **inputs, **binary))
        model.add(layers.BatchNormalization(scale=False, momentum=0.9, epsilon=1e-4))
    return model, (784,)


def binarynet():
    """BinaryNet of the Bop paper: the first convolution is valid, every layer is binary."""
    norm = lambda: layers.BatchNormalization(scale=False, momentum=0.99, epsilon=1e-3)  # noqa: E731
    model = tf.keras.Sequential([layers.InputLayer((32, 32, 3))])
    model.add(lq.layers.QuantConv2D(128, 3, padding="valid", **binary))
    model.add(norm())
    for filters, pool in [(128, True), (256, False), (256, True), (512, False), (512, True)]:
        model.add(lq.layers.QuantConv2D(filters, 3, padding="same", pad_values=1.0, input_quantizer="ste_sign", **binary))
        if pool:
            model.add(layers.MaxPool2D(2))
        model.add(norm())
    model.add(layers.Flatten())
    for width in [1024, 1024, 10]:
        model.add(lq.layers.QuantDense(width, input_quantizer="ste_sign", **binary))
        model.add(norm())
    return model, (32, 32, 3)


def birealnet18():
    """Bi-Real-18 for images of 32×32: a real 3×3 stem, sixteen binary convolutions, each with its own shortcut."""
    scaled = dict(kernel_quantizer="magnitude_aware_sign", kernel_constraint="weight_clip", use_bias=False)
    norm = lambda: layers.BatchNormalization(momentum=0.8)  # noqa: E731
    source = layers.Input((32, 32, 3))
    x = norm()(layers.Conv2D(64, 3, padding="same", use_bias=False)(source))
    for filters in [64, 128, 256, 512]:
        for block in range(4):
            stride = 2 if block == 0 and filters > 64 else 1
            shortcut = x
            if stride == 2:
                shortcut = layers.AvgPool2D(2)(x)
                shortcut = norm()(layers.Conv2D(filters, 1, use_bias=False)(shortcut))
            x = lq.layers.QuantConv2D(
                filters, 3, strides=stride, padding="same", pad_values=1.0, input_quantizer="approx_sign", **scaled)(x)
            x = layers.Add()([norm()(x), shortcut])
    x = layers.GlobalAvgPool2D()(x)
    return tf.keras.Model(source, layers.Dense(10)(x)), (32, 32, 3)


model, shape = {"mlp:784-1024-1024-10": mlp, "binarynet": binarynet, "birealnet18": birealnet18}[options.model]()
optimizer = tf.keras.optimizers.Adam(1e-3)
generator = np.random.default_rng(0)
images = tf.constant(generator.uniform(-1, 1, (options.batch_size, *shape)).astype(np.float32))
labels = tf.constant(generator.integers(0, 10, options.batch_size))
cross_entropy = tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True)


@tf.function
def step():
    with tf.GradientTape() as tape:
        loss = cross_entropy(labels, tf.cast(model(images, training=True), tf.float32))
    gradients = tape.gradient(loss, model.trainable_variables)
    optimizer.apply_gradients(zip(gradients, model.trainable_variables))
    return loss


before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
for _ in range(options.warm_up):
    step().numpy()
seconds = []
for _ in range(options.steps):
    start = time.perf_counter()
    step().numpy()
    seconds.append(time.perf_counter() - start)
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(json.dumps({
    "version": f"larq {lq.__version__}, tensorflow {tf.__version__}", "seconds": seconds, "peakBytes": peak * 1024,
    "bytesBeforeTraining": before * 1024, "parameters": int(model.count_params())}))
