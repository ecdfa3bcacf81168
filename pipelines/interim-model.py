"""Turn the demonstration weights into a model file of wsi-screen, with the scores of held-out normal tiles.

    python pipelines/interim-model.py --weights he-lung-demo.safetensors --reference REFERENCE_DIR \
        --tiles LC25000_LUNG_DIR --output Sources/Networks/Resources/he-lung-demo.safetensors

REFERENCE_DIR holds dpa_reference.py and stain_reference.py; LC25000_LUNG_DIR holds index.csv and the tiles. Needs
torch, numpy, pillow, safetensors and scikit-learn; one thread, a few minutes.

The weights were trained on tiles whose stain was fitted tile by tile. A slide is screened with ONE stain estimate, so
the held-out tiles are scored under both scopes: `tile` as trained, and `slide`, which treats all held-out tiles as one
slide. The record names the scope whose scores it stores; the numbers of both are kept in its metrics.
"""
import argparse
import csv
import json
import pathlib
import random
import sys

import numpy as np
import torch
from PIL import Image
from safetensors import safe_open
from safetensors.numpy import load_file, save_file
from sklearn.metrics import roc_auc_score

TILE, CROP = 96, 64             # side of the resized tile, and of its central crop, in pixels
POOL_PIXELS_PER_TILE = 200      # pixels of each tile in the pooled stain estimate
POOL_SEED = 11
DICTIONARY_STEP = 2             # every second row and column takes part in a per-tile fit
TOLERATED_AUC_LOSS = 0.01       # `slide` is stored unless it is worse than `tile` by more than this


def held_out(rows):
    """Indices of the normal and tumor tiles that took no part in training, split by source cluster."""
    def clusters(label, part):
        names = sorted({row["source_tile_cluster"] for row in rows if row["label"] == label})
        random.Random(7).shuffle(names)
        return set(names[:round(len(names) * part)])

    normal, seen = clusters("normal", .25), clusters("abnormal", 1 / 3)
    pick = lambda label, names, inside: [
        i for i, row in enumerate(rows)
        if row["label"] == label and (row["source_tile_cluster"] in names) == inside]
    return pick("normal", normal, True), pick("abnormal", seen, False)


def load_networks(reference, weights):
    """The autoencoder and the extractor, as functions of an N x 3 x 64 x 64 batch in [-1, 1]."""
    import dpa_reference
    widen = lambda name: torch.from_numpy(weights[name].astype(np.float32))
    net, features = dpa_reference.DPA(3, CROP, 4, 4, 8), dpa_reference.PerceptualNet()
    net.load_state_dict({k[3:]: widen(k) for k in weights if k.startswith("ae.")})
    for j, convolution in enumerate(features.convs):
        convolution.weight.data = widen(f"extractor.{j}.weight")
        convolution.bias.data = widen(f"extractor.{j}.bias")
    features.mean, features.std = (widen(f"feature.{k}").view(1, -1, 1, 1) for k in ("mean", "std"))

    @torch.no_grad()
    def scores(crops):
        x = torch.from_numpy(np.stack(crops)).permute(0, 3, 1, 2).float() / 127.5 - 1
        parts = [dpa_reference.rel_l1(features(b), features(net(b))) for b in x.split(32)]
        return torch.cat(parts).double().numpy()
    return scores


def central_crop(tile):
    """The normalized tile at 96 px, of which the central 64 px."""
    small = np.asarray(Image.fromarray(tile).resize((TILE, TILE), Image.BILINEAR))
    edge = (TILE - CROP) // 2
    return small[edge:edge + CROP, edge:edge + CROP]


def pooled_stain(stain, tiles):
    """One stain matrix and 99th percentiles from a seeded sample of the pixels of all tiles."""
    rng = np.random.default_rng(POOL_SEED)
    pool = [t.reshape(-1, 3)[rng.choice(t.shape[0] * t.shape[1], POOL_PIXELS_PER_TILE, replace=False)] for t in tiles]
    return stain.fit(np.concatenate(pool)[None])


def normalise_with(stain, tile, estimate, target):
    """Restain one tile whose stain estimate is given (the reference fits it on the tile itself)."""
    (matrix, p99), (target_matrix, target_p99) = estimate, target
    codes = stain.codes(stain.optical_density(tile.reshape(-1, 3)), matrix, 0.01)
    codes = codes * (target_p99 / np.maximum(p99, 1e-3))
    return np.clip(255 * np.exp(-codes @ target_matrix), 0, 255).astype(np.uint8).reshape(tile.shape)


def summary(scope, normal, tumor):
    """ROC AUC and quantiles of the two groups, as flat metrics."""
    labels = np.r_[np.zeros(len(normal)), np.ones(len(tumor))]
    out = {f"{scope}_stain_auc": float(roc_auc_score(labels, np.r_[normal, tumor]))}
    for name, values in (("normal", normal), ("tumor", tumor)):
        for q in (1, 5, 25, 50, 75, 95, 99):
            out[f"{scope}_stain_{name}_q{q:02d}"] = float(np.percentile(values, q))
    return {k: round(v, 4) for k, v in out.items()}


def record(old, scope, metrics):
    """The `wsi_screen` header of the model file."""
    return {
        "format": 1, "name": old["name"], "version": "1",
        "purpose": "demonstration; research only, not for diagnosis",
        "detector": "dpa",
        "architecture": {"image_channels": 3, "resolution": CROP, "widths": [4, 4, 4, 4], "latent_channels": 4,
                         "latent_resolution": 8},
        "extractor": {"family": "perceptual_net", "blocks": [[32, 32], [64, 64], [128, 128]], "taps": ["r32"]},
        "recipe": {"tile": 768, "tile_resolution_um": 0.25, "crop": 512, "input": CROP,
                   "resampling": "pillow_bilinear", "color": "rgb",
                   "stain": {"method": "vahadane", "match": "vahadane", "scope": scope,
                             "dictionary_step": DICTIONARY_STEP}},
        "training": {
            "data": old["training_data"] + ". LC25000 states no magnification: 768 px at 0.25 um/px is assumed",
            "licence": old["licence"], "seed": 3,
            "code_version": "trained by the PyTorch reference of 2026; record by pipelines/interim-model.py"},
        "metrics": metrics,
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("weights", "reference", "tiles", "output"):
        parser.add_argument(f"--{name}", type=pathlib.Path, required=True)
    args = parser.parse_args()
    torch.set_num_threads(1)
    sys.path.insert(0, str(args.reference))
    import stain_reference as stain

    weights = load_file(args.weights)
    with safe_open(args.weights, "np") as file:
        old = json.loads(file.metadata()["model"])
    rows = list(csv.DictReader(open(args.tiles / "index.csv")))
    normal, tumor = held_out(rows)
    tiles = [np.asarray(Image.open(args.tiles / rows[i]["file"]).convert("RGB")) for i in normal + tumor]
    target = weights["stain.matrix"].astype(np.float64), weights["stain.p99"].astype(np.float64)
    scores = load_networks(args.reference, weights)

    by_scope, metrics = {}, {}
    estimate = pooled_stain(stain, tiles)
    print("pooled stain", estimate[0].round(4).tolist(), estimate[1].round(4).tolist(), flush=True)
    for scope, normalised in (
            ("slide", lambda t: normalise_with(stain, t, estimate, target)),
            ("tile", lambda t: stain.normalise(t, *target, DICTIONARY_STEP))):
        values = scores([central_crop(normalised(t)) for t in tiles])
        by_scope[scope] = values[:len(normal)]
        metrics |= summary(scope, values[:len(normal)], values[len(normal):])
        print(json.dumps(metrics, indent=1), flush=True)
    loss = metrics["tile_stain_auc"] - metrics["slide_stain_auc"]
    scope = "slide" if loss <= TOLERATED_AUC_LOSS else "tile"
    metrics |= {"held_out_normal_tiles": len(normal), "tumor_test_tiles": len(tumor),
                "auc_baseline_low_mean_red": old["metrics"]["auc_baseline_low_mean_red"],
                "auc_baseline_mean_optical_density": old["metrics"]["auc_baseline_mean_optical_density"]}
    weights["score.normal"] = np.sort(by_scope[scope]).astype(np.float32)
    text = json.dumps(record(old, scope, metrics), sort_keys=True)
    save_file(weights, args.output, metadata={"wsi_screen": text})
    print("scope", scope, "written", args.output.name, args.output.stat().st_size)


if __name__ == "__main__":
    main()
