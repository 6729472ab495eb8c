"""
A safetensors file of a PyTorch module, written by nothing but this script, and what the module makes of an input.

Without arguments it writes the fixture. With the path of a file it reads that into the same module, strictly, and says how far
the outputs are from those of the fixture: a file that Voltaic saved comes back to PyTorch so.
"""

import json
import struct
import sys
from pathlib import Path

import torch
from torch import nn

FOLDER = Path(__file__).resolve().parents[2] / "packages/core/test/checkpoint/fixtures"
NAMES = {torch.float64: "F64", torch.float32: "F32", torch.float16: "F16", torch.int64: "I64", torch.int32: "I32"}
NAMES |= {torch.uint8: "U8", torch.bool: "BOOL", torch.bfloat16: "BF16"}

torch.set_num_threads(1)


def wave(*shape, phase=0.0):
    count = int(torch.tensor(shape).prod())
    return (0.5 * torch.sin(torch.arange(count, dtype=torch.float64) + phase)).reshape(shape).float()


def build():
    torch.manual_seed(0)
    return nn.Sequential(nn.Conv2d(1, 3, 3), nn.BatchNorm2d(3), nn.ReLU(), nn.Flatten(), nn.Linear(48, 2))


def bytes_of(x):
    # PyTorch has no numpy view of bfloat16; its storage is what counts.
    return bytes(x.contiguous().flatten().view(torch.uint8).tolist()) if x.dim() else bytes_of(x.reshape(1))


def save(path, tensors):
    header, data = {"__metadata__": {"format": "pt"}}, b""
    for name, x in tensors.items():
        raw = bytes_of(x)
        header[name] = {"dtype": NAMES[x.dtype], "shape": list(x.shape), "data_offsets": [len(data), len(data) + len(raw)]}
        data += raw
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text + data)


def load(path):
    raw = Path(path).read_bytes()
    (length,) = struct.unpack("<Q", raw[:8])
    header = json.loads(raw[8 : 8 + length])
    dtypes = {name: dtype for dtype, name in NAMES.items()}
    tensors = {}
    for name, entry in header.items():
        if name == "__metadata__":
            continue
        begin, end = (8 + length + offset for offset in entry["data_offsets"])
        flat = torch.frombuffer(bytearray(raw[begin:end]), dtype=dtypes[entry["dtype"]])
        tensors[name] = flat.reshape(entry["shape"])
    return tensors


image = wave(2, 1, 6, 6, phase=0.3)
module = build()

if len(sys.argv) > 1:
    recorded = json.loads((FOLDER / "torch-module.json").read_text())
    module.load_state_dict(load(sys.argv[1]))
    output = module.eval()(image)
    print("largest difference", (output - torch.tensor(recorded["output"])).abs().max().item())
    print("batches tracked", module[1].num_batches_tracked.item(), module[1].num_batches_tracked.dtype)
else:
    for phase in range(3):
        module(wave(2, 1, 6, 6, phase=phase))
    state = module.state_dict()
    FOLDER.mkdir(parents=True, exist_ok=True)
    save(FOLDER / "torch-module.safetensors", state)
    output = module.eval()(image)
    recorded = {
        "origin": f"PyTorch {torch.__version__}, made by tools/golden/{Path(__file__).name}",
        "input": image.tolist(),
        "output": output.tolist(),
        "batchesTracked": state["1.num_batches_tracked"].item(),
    }
    (FOLDER / "torch-module.json").write_text(json.dumps(recorded) + "\n")
