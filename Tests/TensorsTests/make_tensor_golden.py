"""Writes tensor-golden.json: values, first and second derivatives of tensor operations by PyTorch.

Usage: python make_tensor_golden.py tensor-golden.json

Every case has inputs u, ..., a random cotangent c of the output's shape, and
  output   f(inputs)
  first    d sum(c f) / d input, for every input
  second   d sum(g^2) / d input, where g are all derivatives d sum(c f^2) / d input
Computed in double precision from inputs that single precision holds exactly. Tensors of four axes that are images are
in PyTorch's layout, and marked "NCHW".
"""

import json
import sys

import torch
import torch.nn.functional as F

SEED = 20240229
generator = torch.Generator().manual_seed(SEED)


def random(*shape, low=-1.0, high=1.0):
    """Uniform multiples of 2^-7."""
    values = low + (high - low) * torch.rand(shape, generator=generator, dtype=torch.float64)
    return torch.round(values * 128) / 128


def eight_digits(tensor):
    return [float(f"{value:.8g}") for value in tensor.detach().reshape(-1).tolist()]


def pack(tensor, is_image):
    return {
        "layout": "NCHW" if is_image else "plain",
        "shape": list(tensor.shape),
        "values": eight_digits(tensor),
    }


def derivatives(scalar, inputs, create_graph=False):
    """Zeros where the scalar does not depend on an input."""
    return torch.autograd.grad(
        scalar, list(inputs.values()), create_graph=create_graph, allow_unused=True, materialize_grads=True)


def case(name, function, images, others=None, second=True):
    """`images` and `others`: inputs by name, in the order of the function's arguments."""
    others = others or {}
    inputs = {**images, **others}
    for value in inputs.values():
        value.requires_grad_(True)
    names = list(inputs)
    output = function(*inputs.values())
    cotangent = random(*output.shape)
    first = derivatives((cotangent * output).sum(), inputs)
    result = {
        "name": name,
        "inputs": {key: pack(value, key in images) for key, value in inputs.items()},
        "cotangent": pack(cotangent, output.dim() == 4),
        "output": pack(output, output.dim() == 4),
        "first": {key: pack(value, key in images) for key, value in zip(names, first)},
        "second": {},
    }
    if second:
        again = function(*inputs.values())
        gradients = derivatives((cotangent * again**2).sum(), inputs, create_graph=True)
        squares = sum((gradient**2).sum() for gradient in gradients)
        seconds = derivatives(squares, inputs)
        result["second"] = {key: pack(value, key in images) for key, value in zip(names, seconds)}
    return result


def batch_norm(x, scale, offset, mean, variance):
    """As F.batch_norm at inference, which has no derivatives by the statistics."""
    scale, offset, mean, variance = (value.reshape(1, -1, 1, 1) for value in (scale, offset, mean, variance))
    result = (x - mean) / torch.sqrt(variance + 1e-5) * scale + offset
    flat = [value.detach().reshape(-1) for value in (mean, variance, scale, offset)]
    assert torch.allclose(result, F.batch_norm(x, *flat))
    return result


def ssim(x, y):
    """Gaussian window 5, sigma 1.5, zeros outside, C1 = 1e-4, C2 = 9e-4, per pixel and channel."""
    taps = torch.exp(-((torch.arange(5, dtype=torch.float64) - 2) ** 2) / (2 * 1.5**2))
    taps = taps / taps.sum()
    channels = x.shape[1]
    window = torch.outer(taps, taps).expand(channels, 1, 5, 5)

    def blur(value):
        return F.conv2d(value, window, padding=2, groups=channels)

    mean_x, mean_y = blur(x), blur(y)
    variance_x, variance_y = blur(x * x) - mean_x**2, blur(y * y) - mean_y**2
    covariance = blur(x * y) - mean_x * mean_y
    numerator = (2 * mean_x * mean_y + 1e-4) * (2 * covariance + 9e-4)
    return numerator / ((mean_x**2 + mean_y**2 + 1e-4) * (variance_x + variance_y + 9e-4))


def critic(x, w1, b1, w2, w3):
    hidden = F.leaky_relu(F.conv2d(x, w1, b1, stride=2, padding=1), 0.2)
    hidden = F.leaky_relu(F.conv2d(hidden, w2, stride=2, padding=1), 0.2)
    return F.conv2d(hidden, w3)


def gradient_penalty(x, w1, b1, w2, w3):
    """Gulrajani et al. 2017: mean of (|grad of the critic by the image| - 1)^2, times 10."""
    (gradient,) = torch.autograd.grad(critic(x, w1, b1, w2, w3).sum(), x, create_graph=True)
    norms = gradient.reshape(gradient.shape[0], -1).norm(dim=1)
    return 10 * ((norms - 1) ** 2).mean()


def cases():
    for window, stride, padding in [(1, 1, 0), (3, 1, 1), (3, 2, 1), (4, 2, 1), (5, 3, 2)]:
        yield case(
            f"conv2d {window} {stride} {padding}",
            lambda x, w, b: F.conv2d(x, w, b, stride=stride, padding=padding),
            {"x": random(2, 2, 4, 5)}, {"w": random(3, 2, window, window), "b": random(3)})
    for window, stride, padding, extra in [(2, 2, 0, 0), (3, 1, 1, 0), (3, 2, 1, 1), (4, 3, 2, 2), (6, 2, 2, 0)]:
        yield case(
            f"conv_transpose2d {window} {stride} {padding} {extra}",
            lambda x, w, b: F.conv_transpose2d(x, w, b, stride, padding, extra),
            {"x": random(1, 3, 3, 2)}, {"w": random(3, 2, window, window), "b": random(2)})
    for height, width in [(7, 9), (3, 2), (4, 8), (1, 1)]:
        for aligned in [False, True]:
            yield case(
                f"interpolate {height} {width} {'aligned' if aligned else 'free'}",
                lambda x: F.interpolate(x, size=(height, width), mode="bilinear", align_corners=aligned),
                {"x": random(1, 2, 4, 5)})
    yield case("nearest 3", lambda x: F.interpolate(x, scale_factor=3, mode="nearest"), {"x": random(2, 2, 2, 3)})
    for window, stride in [(2, 2), (3, 2), (3, 1)]:
        yield case(
            f"avg_pool2d {window} {stride}", lambda x: F.avg_pool2d(x, window, stride), {"x": random(1, 2, 5, 6)})
    for window, stride, padding in [(2, 2, 0), (3, 2, 1), (3, 1, 1)]:
        yield case(
            f"max_pool2d {window} {stride} {padding}",
            lambda x: F.max_pool2d(x, window, stride, padding), {"x": random(2, 2, 6, 5)})
    # Many equal elements, and negative ones: padding must not win.
    yield case(
        "max_pool2d 3 2 1 ties", lambda x: F.max_pool2d(x, 3, 2, 1),
        {"x": torch.randint(-3, 0, (2, 2, 6, 5), generator=generator).double()})
    yield case(
        "batch_norm batch", lambda x, s, o: F.batch_norm(x, None, None, s, o, training=True),
        {"x": random(3, 2, 3, 2)}, {"s": random(2, low=0.5, high=1.5), "o": random(2)})
    yield case(
        "batch_norm given", batch_norm,
        {"x": random(3, 2, 3, 2)},
        {"s": random(2, low=0.5, high=1.5), "o": random(2), "m": random(2), "v": random(2, low=0.5, high=2)})
    yield case(
        "instance_norm", lambda x, s, o: F.instance_norm(x, None, None, s, o),
        {"x": random(2, 3, 3, 4)}, {"s": random(3, low=0.5, high=1.5), "o": random(3)})
    yield case("leaky_relu", lambda x: F.leaky_relu(x, 0.2), {"x": random(2, 2, 3, 3)})
    yield case("ssim", ssim, {"x": random(1, 2, 7, 6, low=0, high=1), "y": random(1, 2, 7, 6, low=0, high=1)})
    weights = lambda: {"w1": random(3, 2, 3, 3), "b1": random(3), "w2": random(3, 3, 3, 3), "w3": random(1, 3, 2, 2)}
    yield case("critic", critic, {"x": random(2, 2, 8, 8)}, weights())
    yield case("gradient penalty", gradient_penalty, {"x": random(2, 2, 8, 8)}, weights(), second=False)
    yield from matrix_cases()


def matrix_cases():
    # Eight channels and even sides: the kernel for vectors of channels.
    yield case(
        "max_pool2d 2 2 0 ties", lambda x: F.max_pool2d(x, 2, 2),
        {"x": torch.randint(-3, 0, (1, 8, 4, 4), generator=generator).double()})
    yield case(
        "conv2d 3 2 1 rectangular", lambda x, w, b: F.conv2d(x, w, b, stride=2, padding=1),
        {"x": random(2, 2, 6, 7)}, {"w": random(3, 2, 3, 5), "b": random(3)})
    yield case("matmul", lambda x, y: x @ y, {}, {"x": random(3, 4), "y": random(4, 5)})
    yield case("matmul left", lambda x, y: x.T @ y, {}, {"x": random(4, 3), "y": random(4, 5)})
    yield case("matmul right", lambda x, y: x @ y.T, {}, {"x": random(3, 4), "y": random(5, 4)})
    for name, function in [
        ("absolute", torch.abs), ("relu", F.relu), ("tanh", torch.tanh), ("logistic", torch.sigmoid),
        ("exponential", torch.exp), ("at_least", lambda x: x.clamp(min=-0.25)), ("squared", torch.square),
    ]:
        yield case(name, function, {}, {"x": random(3, 5)})
    # The square of a root has no second derivative: hence the 1.
    for name, function in [("square_root", lambda x: torch.sqrt(x) + 1), ("logarithm", torch.log)]:
        yield case(name, function, {}, {"x": random(3, 5, low=0.5, high=2)})
    yield case("sum 0 2", lambda x: x.sum(dim=(0, 2), keepdim=True), {}, {"x": random(2, 3, 4)})
    yield case("mean 1", lambda x: x.mean(dim=1, keepdim=True), {}, {"x": random(2, 3, 4)})
    for name, function in [
        ("add", torch.add), ("subtract", torch.subtract), ("multiply", torch.multiply), ("divide", torch.divide),
    ]:
        yield case(name, function, {}, {"x": random(2, 3, 4), "y": random(3, 1, low=0.5, high=2)})


if __name__ == "__main__":
    golden = {"torch": torch.__version__.split("+")[0], "seed": SEED, "cases": list(cases())}
    with open(sys.argv[1], "w") as file:
        json.dump(golden, file, separators=(",", ":"))
        file.write("\n")
