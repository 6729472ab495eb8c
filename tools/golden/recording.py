"""What the scripts of this folder share: inputs, the recording of a module or function, and the file that comes of it."""

import json
import sys
from pathlib import Path

import torch

FIXTURES = Path(__file__).resolve().parents[2] / "packages/core/test/nn/fixtures"

torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)


def wave(*shape, phase=0.0, scale=1.0):
    """scale·sin(phase), scale·sin(phase + 1), … as a tensor: numbers without ties that every machine computes alike."""
    count = 1
    for n in shape:
        count *= n
    return scale * torch.sin(torch.arange(count) + phase).reshape(shape)


def indices(*shape, below, factor=7):
    """0, factor, 2·factor, … modulo `below`, as int64."""
    count = 1
    for n in shape:
        count *= n
    return (torch.arange(count) * factor % below).reshape(shape)


def encode(x):
    """A tensor as JSON: float64, int32 or bool. Numbers JSON has no word for are strings, as JavaScript spells them."""
    if x is None:
        return None
    names = {torch.float64: "float64", torch.int64: "int32", torch.int32: "int32", torch.bool: "bool"}
    words = {float("inf"): "Infinity", float("-inf"): "-Infinity"}
    data = ["NaN" if v != v else words.get(v, v) for v in x.detach().flatten().tolist()]
    return {"dtype": names[x.dtype], "shape": list(x.shape), "data": data}


def flatten(outputs):
    if isinstance(outputs, torch.Tensor):
        return [outputs]
    return [tensor for output in outputs if output is not None for tensor in flatten(output)]


class Recorder:
    """Gathers cases by name and writes them to `packages/core/test/nn/fixtures/torch-<topic>.json`."""

    def __init__(self, topic):
        self.topic = topic
        self.cases = {}

    def record(self, name, run, *inputs, module=None):
        """
        Runs `run` (a module, or a function of the inputs; with `module`, one that uses it) and goes back through it from
        waves with phase 0.5.

        A module's parameters are waves, so that none is zero or equal to another. Recorded are the inputs, the state
        before, the outputs, the gradients of the float inputs and of the parameters, and the buffers after.
        """
        assert name not in self.cases, name
        module = module if module is not None else (run if isinstance(run, torch.nn.Module) else None)
        if module is not None:
            module.double()
            for i, parameter in enumerate(module.parameters()):
                parameter.data = wave(*parameter.shape, phase=0.3 * (i + 1), scale=0.5)
        arguments = [x.clone().requires_grad_() if x.is_floating_point() else x for x in inputs]
        state = {} if module is None else {k: encode(v) for k, v in module.state_dict().items()}
        outputs = flatten(run(*arguments))
        differentiable = [output for output in outputs if output.requires_grad]
        seeds = [wave(*output.shape, phase=0.5) for output in differentiable]
        if differentiable:
            torch.autograd.backward(differentiable, seeds)
        parameters = {} if module is None else dict(module.named_parameters())
        buffers = {} if module is None else dict(module.named_buffers())
        self.cases[name] = {
            "inputs": [encode(x) for x in inputs],
            "state": state,
            "outputs": [encode(output) for output in outputs],
            "gradients": [encode(x.grad) for x in arguments],
            "parameterGradients": {k: encode(p.grad) for k, p in parameters.items()},
            "buffersAfter": {k: encode(b) for k, b in buffers.items()},
        }

    def write(self):
        origin = f"PyTorch {torch.__version__}, made by tools/golden/{Path(sys.argv[0]).name}"
        lines = [f"{json.dumps(name)}: {json.dumps(case)}" for name, case in self.cases.items()]
        FIXTURES.mkdir(parents=True, exist_ok=True)
        path = FIXTURES / f"torch-{self.topic}.json"
        path.write_text(f'{{\n"origin": {json.dumps(origin)},\n"cases": {{\n' + ",\n".join(lines) + "\n}}\n")
        print(f"{path.name}: {len(self.cases)} cases")
