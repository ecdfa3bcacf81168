"""Compare the networks of wsi-screen with ONNX Runtime and PyTorch on the same weights and images.

    python pipelines/bench-network.py --program .build/release/wsi-screen --folder bench-network

pipelines/bench-network.sh runs this in an environment that has what it needs: numpy, safetensors, onnx, onnxruntime,
torch. It exits with 1 if results disagree or a bar is missed.

Fairness: every measurement is a process of its own that prepares, runs once unmeasured, and takes the median of some
runs; the programs take turns (ours, peer, ours, peer...), so that a slower minute of the machine meets both; the
verdict is on the medians over all rounds. Beside it stands the ratio of the fastest rounds of both, which says more on
a machine with other work. Inputs and outputs come from `wsi-screen bench network --save`.
"""
import argparse
import functools
import json
import os
import pathlib
import statistics
import subprocess
import sys
import time

TOLERANCE = 1e-4                # largest difference, relative to the largest value
FEATURES = ["features-64", "features-128"]
STEP = "training-step"
SLOPE = 0.2                     # of the autoencoder's leaky ReLU
MEAN, STD = [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]
CONVOLUTIONS = [[0, 2], [5, 7], [10, 12, 14, 16], [19, 21]]     # of VGG19 down to relu4_2, by block


# The peers. Each prepares a task and returns (run once, outputs by name).

def onnx_runtime(task, data, weights, threads):
    import numpy as np
    import onnx
    import onnxruntime
    from onnx import TensorProto, helper, numpy_helper

    nodes, tensors = [], []

    def constant(name, value):
        tensors.append(numpy_helper.from_array(np.ascontiguousarray(value, dtype=np.float32), name))
        return name

    def node(kind, *inputs, **attributes):
        output = f"v{len(nodes)}"
        nodes.append(helper.make_node(kind, list(inputs), [output], **attributes))
        return output

    column = lambda values: np.array(values, dtype=np.float32).reshape(1, 3, 1, 1)
    x = node("Mul", "images", constant("scale", 0.5 / column(STD)))
    x = node("Add", x, constant("offset", (0.5 - column(MEAN)) / column(STD)))
    for number, block in enumerate(CONVOLUTIONS):
        if number:
            x = node("MaxPool", x, kernel_shape=[2, 2], strides=[2, 2])
        for index in block:
            name = f"features.{index}"
            x = node("Conv", x, constant(f"{name}.weight", weights[f"{name}.weight"]),
                     constant(f"{name}.bias", weights[f"{name}.bias"]), pads=[1, 1, 1, 1])
            x = node("Relu", x)
    images = data["images"]
    graph = helper.make_graph(
        nodes, "vgg19", [helper.make_tensor_value_info("images", TensorProto.FLOAT, images.shape)],
        [helper.make_tensor_value_info(x, TensorProto.FLOAT, data["features"].shape)], tensors)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    run = lambda: session.run(None, {"images": images})
    return run, lambda result: {"features": result[0]}


class Autoencoder:
    """The autoencoder of `residual18` (Shvetsova et al. 2021, section III) from its named weights."""

    def __init__(self, weights):
        self.weights = weights

    def conv(self, x, name, padding=1):
        from torch.nn.functional import conv2d
        return conv2d(x, self.weights[f"{name}.weight"], self.weights[f"{name}.bias"], padding=padding)

    def block(self, x, name, resample=lambda x: x):
        from torch.nn.functional import leaky_relu
        skip = resample(x)
        if f"{name}.skip.weight" in self.weights:
            skip = self.conv(skip, f"{name}.skip", padding=0)
        h = self.conv(resample(leaky_relu(x, SLOPE)), f"{name}.c1")
        return self.conv(leaky_relu(h, SLOPE), f"{name}.c2") + skip

    def body(self, x, part, resample):
        steps = len({name.split(".")[2] for name in self.weights if name.startswith(f"{part}.body.")})
        for step in range(0, steps, 2):
            x = self.block(x, f"{part}.body.{step}", resample)
            x = self.block(x, f"{part}.body.{step + 1}")
        return x

    def __call__(self, x):
        from torch.nn.functional import avg_pool2d, interpolate, leaky_relu
        h = self.conv(x, "enc.rgb.0")
        h = self.block(self.block(h, "enc.rgb.1"), "enc.rgb.2")
        h = self.body(h, "enc", lambda x: avg_pool2d(x, 2))
        h = self.block(self.block(h, "enc.last"), "dec.first")
        h = self.body(h, "dec", lambda x: interpolate(x, scale_factor=2))
        return self.conv(leaky_relu(h, SLOPE), "dec.rgb")


def pytorch(task, data, weights, threads, channels_last=False):
    import torch
    from torch.nn.functional import conv2d, max_pool2d
    torch.set_num_threads(threads)

    def tensor(value):
        result = torch.from_numpy(value.copy())
        wanted = channels_last and result.dim() == 4
        return result.contiguous(memory_format=torch.channels_last) if wanted else result

    vgg = {name: tensor(value) for name, value in weights.items()}
    images = tensor(data["images"])
    mean, std = (torch.tensor(v).view(1, 3, 1, 1) for v in (MEAN, STD))

    def features(x):
        x = (x * 0.5 + 0.5 - mean) / std
        for number, block in enumerate(CONVOLUTIONS):
            if number:
                x = max_pool2d(x, 2)
            for index in block:
                x = conv2d(x, vgg[f"features.{index}.weight"], vgg[f"features.{index}.bias"], padding=1).relu_()
        return x

    if task in FEATURES:
        def run():
            with torch.no_grad():
                return features(images)
        return run, lambda result: {"features": result.numpy()}

    prefix = "weight."
    parameters = {name[len(prefix):]: tensor(value).requires_grad_() for name, value in data.items()
                  if name.startswith(prefix)}
    autoencoder = Autoencoder(parameters)
    optimizer = torch.optim.Adam(parameters.values(), lr=1e-3)
    feature_mean, feature_std = (tensor(data[f"feature.{k}"]).view(1, -1, 1, 1) for k in ("mean", "std"))

    def run():
        with torch.no_grad():
            fx = (features(images) - feature_mean) / feature_std
            magnitude = fx.abs().mean((1, 2, 3))
        fy = (features(autoencoder(images)) - feature_mean) / feature_std
        losses = (fx - fy).abs().mean((1, 2, 3)) / magnitude
        optimizer.zero_grad()
        losses.mean().backward()
        optimizer.step()
        return losses

    def outputs(losses):
        gradients = {f"gradient.{name}": value.grad.numpy() for name, value in parameters.items()}
        return {"losses": losses.detach().numpy()} | gradients

    return run, outputs


PEERS = {"onnxruntime": onnx_runtime, "torch": pytorch, "torch-nhwc": functools.partial(pytorch, channels_last=True)}


def work(peer, task, threads, repetitions, folder):
    """What a process for one measurement of a peer does."""
    from safetensors.numpy import load_file
    weights, data = load_file(folder / "weights.safetensors"), load_file(folder / f"{task}.safetensors")
    run, outputs = PEERS[peer](task, data, weights, threads)
    first = {name: value.copy() for name, value in outputs(run()).items()}
    times = []
    for _ in range(repetitions):
        start = time.perf_counter()
        run()
        times.append(1000 * (time.perf_counter() - start))
    peak = next(line for line in open("/proc/self/status") if line.startswith("VmHWM"))
    print(json.dumps({
        "milliseconds": statistics.median(times), "megabytes": int(peak.split()[1]) * 1.024 / 1000,
        "differences": differences(first, data)}))


def differences(found, expected):
    """Largest difference of any value, relative to the largest value of its kind."""
    import numpy as np
    kinds = {}
    for name, value in found.items():
        pair = (value.ravel(), expected[name].ravel())
        kinds.setdefault(name.split(".")[0], []).append(pair)
    result = {}
    for kind, pairs in kinds.items():
        a, b = (np.concatenate(side).astype(np.float64) for side in zip(*pairs))
        result[kind] = float(np.abs(a - b).max() / np.abs(b).max())
    return result


# The comparison.

def measure_ours(program, extractor, path, task, threads, repetitions):
    command = [program, "bench", "network", "--json", "--tasks", task, "--threads", str(threads),
               "--repetitions", str(repetitions)]
    command += ["--extractor", extractor] if extractor else []
    command += ["--path", path] if path else []
    report = json.loads(subprocess.check_output(command))
    timing = report["timings"][0]
    return {"milliseconds": timing["median_milliseconds"], "megabytes": timing["peak_megabytes"],
            "kernels": report["kernels"]}


def measure_peer(peer, task, threads, repetitions, folder):
    command = [sys.executable, __file__, "--worker", peer, "--tasks", task, "--threads", str(threads),
               "--repetitions", str(repetitions), "--folder", str(folder)]
    return json.loads(subprocess.check_output(command))


def compare(options, bar):
    """Takes turns on one bar; returns what was measured of both, medians over the rounds."""
    ours, peers = [], []
    for _ in range(options.rounds):
        ours.append(measure_ours(
            options.program, options.extractor, options.path, bar.task, bar.threads, options.repetitions))
        peers.append(measure_peer(bar.peer, bar.task, bar.threads, options.repetitions, options.folder))
    def summary(runs):
        median = lambda key: statistics.median(run[key] for run in runs)
        return runs[0] | {"milliseconds": median("milliseconds"), "megabytes": median("megabytes"),
                          "fastest": min(run["milliseconds"] for run in runs)}
    return summary(ours), summary(peers)


class Bar:
    """A ratio of speeds that must be reached, and whether the peer's memory must not be exceeded."""

    def __init__(self, task, peer, threads, ratio, bounds_memory=False):
        self.task, self.peer, self.threads = task, peer, threads
        self.ratio, self.bounds_memory = ratio, bounds_memory


BARS = [Bar(task, "onnxruntime", threads, ratio) for task in FEATURES for threads, ratio in ((1, 2.2), (2, 1.8))]
BARS += [Bar(STEP, "torch", threads, 2.0, bounds_memory=True) for threads in (1, 2)]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--program", help="the wsi-screen executable")
    parser.add_argument("--folder", type=pathlib.Path, required=True, help="for inputs and outputs")
    parser.add_argument("--extractor", help="VGG19 as safetensors; default: random weights")
    parser.add_argument("--path", help="our kernels: baseline, avx2 or avx512")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--repetitions", type=int, default=5, help="runs of each process")
    parser.add_argument("--tasks", nargs="+", default=FEATURES + [STEP])
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--torch", choices=["torch", "torch-nhwc"], default="torch",
                        help="PyTorch's usual memory layout, or channels last")
    parser.add_argument("--worker", choices=PEERS, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.worker:
        work(options.worker, options.tasks[0], options.threads[0], options.repetitions, options.folder)
        return 0

    save = [options.program, "bench", "network", "--save", str(options.folder), "--tasks", *options.tasks,
            "--threads", "1", "--repetitions", "1"]
    save += ["--extractor", options.extractor] if options.extractor else []
    save += ["--path", options.path] if options.path else []
    subprocess.check_call(save, stdout=subprocess.DEVNULL)
    print(f"{'task':14} {'threads':>7} {'ours ms':>9} {'peer':>12} {'ms':>9} {'ratio':>6} {'fastest':>7} {'bar':>5} "
          f"{'ours MB':>8} {'MB':>6} {'differs':>8}")
    failures, measured, kernels = 0, 0, "-"
    cores = len(os.sched_getaffinity(0))
    for bar in BARS:
        if bar.task not in options.tasks or bar.threads not in options.threads or bar.threads > cores:
            print(f"{bar.task:14} {bar.threads:7} not measured")
            continue
        if bar.peer == "torch":
            bar.peer = options.torch
        measured += 1
        ours, peer = compare(options, bar)
        kernels = ours["kernels"]
        ratio = peer["milliseconds"] / ours["milliseconds"]
        worst = max(peer["differences"].values())
        passed = ratio >= bar.ratio and worst <= TOLERANCE
        passed &= not bar.bounds_memory or ours["megabytes"] <= peer["megabytes"]
        failures += not passed
        print(f"{bar.task:14} {bar.threads:7} {ours['milliseconds']:9.1f} {bar.peer:>12} "
              f"{peer['milliseconds']:9.1f} {ratio:6.2f} "
              f"{peer['fastest'] / ours['fastest']:7.2f} {bar.ratio:5.1f} {ours['megabytes']:8.0f} "
              f"{peer['megabytes']:6.0f} {worst:8.1e}  {'ok' if passed else 'MISSED'}", flush=True)
    print(f"{measured} of {len(BARS)} bars measured, {failures} missed; kernels: {kernels}")
    return 1 if failures or not measured else 0


if __name__ == "__main__":
    sys.exit(main())
