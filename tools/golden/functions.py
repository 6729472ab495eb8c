"""Elementwise functions and reductions of tensors, and the dtypes that they give."""

import json
import sys
from math import inf, nan

import torch
from recording import FIXTURES, Recorder, wave

recorder = Recorder("functions")
record = recorder.record
T = torch.tensor

# Signs, zeros, kinks, ends of domains, and what is not finite.
AWKWARD = T([-inf, -1e30, -2.5, -1.0, -0.5, -0.0, 0.0, 0.25, 0.5, 1.0, 1.5, 2.5, 1e30, inf, nan])
NUMBERS = AWKWARD[:-1]

UNARY = {
    "neg": torch.neg, "square": torch.square, "sqrt": torch.sqrt, "rsqrt": torch.rsqrt,
    "reciprocal": torch.reciprocal, "exp": torch.exp, "exp2": torch.exp2, "expm1": torch.expm1, "log": torch.log,
    "log2": torch.log2, "log10": torch.log10, "log1p": torch.log1p, "erf": torch.erf, "erfc": torch.erfc,
    "erfinv": torch.erfinv, "sigmoid": torch.sigmoid, "logit": torch.logit, "relu": torch.relu, "floor": torch.floor,
    "ceil": torch.ceil, "trunc": torch.trunc, "frac": torch.frac, "round": torch.round, "isNan": torch.isnan,
    "isFinite": torch.isfinite, "isInf": torch.isinf, "nanToNum": torch.nan_to_num, "sin": torch.sin, "cos": torch.cos,
    "tan": torch.tan, "asin": torch.asin, "acos": torch.acos, "atan": torch.atan, "sinh": torch.sinh,
    "cosh": torch.cosh, "tanh": torch.tanh, "asinh": torch.asinh, "acosh": torch.acosh, "atanh": torch.atanh,
    "sinc": torch.sinc, "deg2rad": torch.deg2rad, "rad2deg": torch.rad2deg, "logicalNot": torch.logical_not,
}
for name, f in UNARY.items():
    record(name, f, AWKWARD)
# PyTorch's sign of NaN is 0, and so is its gradient of |NaN|.
record("abs", torch.abs, NUMBERS)
record("sign", torch.sign, NUMBERS)
record("logit with eps", lambda x: torch.logit(x, eps=0.1), T([-0.5, 0.0, 0.05, 0.1, 0.5, 0.9, 0.95, 1.0, 1.5]))
record("round to decimals", lambda x: torch.round(x, decimals=2), T([2.675, -1.005, 0.125, 1e30]))
record("round to tens", lambda x: torch.round(x, decimals=-1), T([15.0, 25.0, -14.9, 4.0]))
record("nanToNum with numbers", lambda x: torch.nan_to_num(x, 1.0, 2.0, 3.0), AWKWARD)

side = T([-2.5, -1.0, 0.0, 0.5, inf, nan])
LEFT, RIGHT = (m.flatten() for m in torch.meshgrid(side, side, indexing="ij"))
BINARY = {
    "add": torch.add, "sub": torch.sub, "mul": torch.mul, "div": torch.div, "pow": torch.pow, "atan2": torch.atan2,
    "hypot": torch.hypot, "minimum": torch.minimum, "maximum": torch.maximum, "fmin": torch.fmin, "fmax": torch.fmax, "eq": torch.eq, "ne": torch.ne, "lt": torch.lt,
    "le": torch.le, "gt": torch.gt, "ge": torch.ge, "isClose": torch.isclose, "logicalAnd": torch.logical_and,
    "logicalOr": torch.logical_or, "logicalXor": torch.logical_xor,
    "div to the floor": lambda x, y: torch.div(x, y, rounding_mode="floor"),
    "div truncated": lambda x, y: torch.div(x, y, rounding_mode="trunc"),
}
for name, f in BINARY.items():
    record(name, f, LEFT, RIGHT)
# The gradient of ∞ is NaN in PyTorch where it is computed from ∞ − ∞ or ∞ / ∞.
FINITE = LEFT != inf
record("logaddexp", torch.logaddexp, LEFT[FINITE], RIGHT[FINITE])
record("copysign", torch.copysign, LEFT[FINITE], T([-0.0, 2.0, -inf, -1.0, nan, inf]).repeat(5))

# The gradient by the divisor is a quotient, infinite or not, where the remainder is NaN.
dividends = T([5.3, -5.3, 5.3, -5.3, 1.0, -1.0, 6.0, -6.0, 0.5])
divisors = T([2.0, 2.0, -2.0, -2.0, 0.25, 0.25, 3.0, 3.0, -4.0])
record("remainder", torch.remainder, dividends, divisors)
record("fmod", torch.fmod, dividends, divisors)
record("remainder of what has none", lambda x: x.remainder(T([0.0, 2.0, inf])), T([1.0, inf, 1.0]))
record("fmod of what has none", lambda x: x.fmod(T([0.0, 2.0, inf])), T([1.0, inf, 1.0]))
record("floorDivide", lambda x, y: torch.div(x, y, rounding_mode="floor"), T([1.0, -1.0, 7.0]), T([0.1, inf, -2.0]))

record("add with alpha", lambda x, y: torch.add(x, y, alpha=-2.5), wave(2, 3), wave(3, phase=1.0))
record("sub with alpha", lambda x, y: torch.sub(x, y, alpha=2), wave(2, 1), wave(1, 3, phase=1.0))
record("mul that broadcasts", torch.mul, wave(2, 1, 3), wave(4, 1, phase=1.0))
record("div that broadcasts", torch.div, wave(2, 3), wave(1, phase=1.0))
record("pow of zero", lambda x: x.pow(T([0.0, 1.0, 2.0, 0.5, -1.0])), torch.zeros(5))
record("pow by numbers", lambda x: x.pow(3) + x.pow(0.5), T([0.0, 0.25, 4.0]))
record("lerp", torch.lerp, wave(2, 3), wave(2, 3, phase=2.0), wave(2, 3, phase=4.0))
record("lerp by a number", lambda x, y: torch.lerp(x, y, 0.75), wave(3), wave(3, phase=2.0))
record("addcmul", lambda x, a, b: torch.addcmul(x, a, b, value=0.5), wave(2, 3), wave(3, phase=1.0), wave(2, 1))
record("addcdiv", lambda x, a, b: torch.addcdiv(x, a, b, value=-2), wave(2, 3), wave(3, phase=1.0), wave(2, 1, phase=1))
record("clamp", lambda x: x.clamp(-1, 1.5), NUMBERS)
record("clamp from below", lambda x: x.clamp(min=-0.5), NUMBERS)
record("clampMax", lambda x: x.clamp_max(0.5), NUMBERS)
record("clamp between tensors", torch.clamp, wave(2, 6, scale=2), wave(6, phase=0.3), wave(2, 1, phase=1.0))
record("clampMin by a tensor", torch.clamp_min, wave(6), wave(6, phase=2.0))

bits = T([0, 1, 5, -7, 2**30], dtype=torch.int32)
masks = T([3, -1, 12, 6, 2**31 - 1], dtype=torch.int32)
for name, f in {
    "bitwiseAnd": torch.bitwise_and, "bitwiseOr": torch.bitwise_or, "bitwiseXor": torch.bitwise_xor,
}.items():
    record(name, f, bits, masks)
record("bitwiseNot", torch.bitwise_not, bits)
counts = T([0, 1, 2, 3, 1], dtype=torch.int32)
record("bitwiseLeftShift", torch.bitwise_left_shift, bits, counts)
record("bitwiseRightShift", torch.bitwise_right_shift, bits, counts)
whole = T([7, -7, 7, -7, -8], dtype=torch.int32)
parts = T([2, 2, -2, -2, 4], dtype=torch.int32)
record("integers to the floor", lambda x, y: torch.div(x, y, rounding_mode="floor"), whole, parts)
record("integers truncated", lambda x, y: torch.div(x, y, rounding_mode="trunc"), whole, parts)
record("remainder of integers", torch.remainder, whole, parts)
record("fmod of integers", torch.fmod, whole, parts)
bases = T([3, -3, 0, 1, -1, 2, -1, 7], dtype=torch.int32)
exponents = T([5, 3, 0, -4, -3, -1, 2**31 - 1, 100], dtype=torch.int32)
record("pow of integers", torch.pow, bases, exponents)
record("pow of integers by a number", lambda x: x.pow(11), bases)

x = wave(2, 3, 4)
ties = T([[1.0, 3.0, 3.0, 2.0], [5.0, 5.0, 5.0, 5.0], [-0.0, 0.0, -1.0, 0.0]])
zeros = T([[2.0, 0.0, 3.0, -1.0], [0.0, 0.0, 3.0, 2.0], [1.0, 2.0, 3.0, 4.0]])
REDUCTIONS = {
    "sum": torch.sum, "mean": torch.mean, "var": torch.var, "std": torch.std, "amax": torch.amax, "amin": torch.amin,
    "nansum": torch.nansum, "logsumexp": torch.logsumexp,
}
for name, f in REDUCTIONS.items():
    record(f"{name} along one", lambda x, f=f: f(x, dim=1), x)
    record(f"{name} along two, kept", lambda x, f=f: f(x, dim=(0, -1), keepdim=True), x)
    if name != "logsumexp":
        record(f"{name} of all", lambda x, f=f: f(x), x) if name not in ("amax", "amin") else None
record("sum of an empty list of dimensions", lambda x: x.sum(dim=[]), x)
record("var with correction", lambda x: torch.var(x, dim=(0, 2), correction=0), x)
record("std with correction", lambda x: torch.std(x, dim=1, correction=2), x)
record("var of too few", lambda x: torch.var(x, dim=1), T([[1.0], [2.0]]))
record("var corrected by too much", lambda x: torch.var(x.detach(), dim=1, correction=3), T([[1.0, 2.0]]))
record("std of equal elements", lambda x: torch.std(x, dim=1), ties)
record("varMean", lambda x: torch.var_mean(x, dim=1), x)
record("stdMean", lambda x: torch.std_mean(x, dim=(0, 2), unbiased=False, keepdim=True), x)
record("prod along one", lambda x: x.prod(1), zeros)
record("prod of all", lambda x: x.prod(), zeros[2])
record("nansum", lambda x: x.nansum(0), T([[1.0, nan], [nan, nan]]))
for name in ("amax", "amin"):
    record(f"{name} with ties", lambda x, f=getattr(torch, name): f(x, dim=1), ties)
for name in ("max", "min"):
    f = getattr(torch, name)
    record(f"{name} of all, with ties", lambda x, f=f: f(x), ties)
    record(f"{name} along one, with ties", lambda x, f=f: f(x, dim=1), ties)
    record(f"{name} along one, kept", lambda x, f=f: f(x, dim=-2, keepdim=True), x)
    record(f"arg{name}", lambda x, f=getattr(torch, "arg" + name): f(x, dim=1), ties)
    record(f"arg{name} of all, kept", lambda x, f=getattr(torch, "arg" + name): f(x, keepdim=True), x)
    record(f"arg{name} with NaN", lambda x, f=getattr(torch, "arg" + name): f(x), T([1.0, nan, 3.0, nan]))
    record(f"cum{name}", lambda x, f=getattr(torch, "cum" + name): f(x, dim=1), x)
    record(f"cum{name} with ties", lambda x, f=getattr(torch, "cum" + name): f(x, dim=1), ties)
    record(f"cum{name} with NaN", lambda x, f=getattr(torch, "cum" + name): f(x, dim=0), T([2.0, 3.0, nan, 1.0, nan]))
sizes = T([[3.0, -4.0, 0.0], [0.0, 0.0, 0.0], [-2.0, 2.0, 1.0]])
for p in ("fro", 2, 1, 0, inf, -inf, 3, 0.5, -1, 1.5):
    record(f"norm {p}", lambda x, p=p: torch.norm(x, p=p, dim=1), sizes)
record("norm of all", lambda x: torch.norm(x), x)
record("norm along two, kept", lambda x: torch.norm(x, p=3, dim=(0, 2), keepdim=True), x)
record("norm of nothing", lambda x: torch.norm(x, dim=1), torch.zeros(2, 0))
# PyTorch's gradient e^(x − y) is 1 for each of several that are as large as 1e30.
record(
    "logsumexp of large numbers", lambda x: x.detach().logsumexp(1),
    T([[1e30, 1e30, -1e30], [-1e30, -1e30, -1e30], [-1.7e308, -1.7e308, -1.7e308], [-inf, 0.0, 1.0]]),
)
record("logsumexp of infinities", lambda x: x.detach().logsumexp(1), T([[-inf, -inf], [inf, 0.0], [inf, inf], [nan, 0.0]]))
record("cumsum", lambda x: x.cumsum(1), x)
record("cumprod", lambda x: x.cumprod(2), x)
record("cumprod with zeros", lambda x: x.cumprod(1), zeros)
record("softmax", lambda x: x.softmax(1), x)
record("logSoftmax", lambda x: x.log_softmax(-1), T([[1e30, 0.0, -1e30], [-1e30, -1e30, -1e30]]))
record("any", lambda x: x.any(1), T([[0.0, 0.0], [0.0, nan]]))
record("all", lambda x: x.all(1, keepdim=True), T([[1.0, 0.0], [nan, 2.0]]))
record("countNonzero", lambda x: torch.count_nonzero(x, dim=(0, 1)), zeros.reshape(3, 2, 2))
for name in ("sum", "prod", "mean", "std", "any", "all", "logsumexp"):
    f = getattr(torch, name)
    record(f"{name} of nothing", lambda x, f=f: f(x.detach(), dim=1), torch.zeros(2, 0))
for name in ("sum", "mean", "prod", "amax", "argmin", "softmax", "cumsum", "cumprod", "any"):
    record(f"{name} of a scalar", lambda x, f=getattr(torch, name): f(x, dim=-1), T(3.0))
record("max of a scalar", lambda x: x.max(0), T(3.0))

recorder.write()

# Which dtype each function gives; null where PyTorch 1.13 refuses. float32 is the default dtype, and int64 counts as int32.
torch.set_default_dtype(torch.float32)
DTYPES = {
    "bool": torch.bool, "uint8": torch.uint8, "int32": torch.int32, "bfloat16": torch.bfloat16,
    "float32": torch.float32, "float64": torch.float64,
}
NAMES = {**{v: k for k, v in DTYPES.items()}, torch.int64: "int32"}


def same(f):
    return lambda x: f(x, x)


TYPED = {
    **UNARY, "abs": torch.abs, "sign": torch.sign,
    **{name: same(f) for name, f in BINARY.items()},
    "remainder": same(torch.remainder), "fmod": same(torch.fmod), "logaddexp": same(torch.logaddexp),
    "copysign": same(torch.copysign),
    "add a whole number": lambda x: x + 2, "add a fraction": lambda x: x + 0.5, "mul a fraction": lambda x: x * 0.5,
    "pow 2": lambda x: x.pow(2), "pow 0.5": lambda x: x.pow(0.5), "lerp": lambda x: torch.lerp(x, x, 0.5),
    "addcmul": lambda x: torch.addcmul(x, x, x), "addcdiv": lambda x: torch.addcdiv(x, x, x),
    "clamp whole": lambda x: x.clamp(0, 1), "clamp fraction": lambda x: x.clamp(min=0.5),
    "clamp by tensors": lambda x: x.clamp(x, x),
    "bitwiseAnd": same(torch.bitwise_and), "bitwiseNot": torch.bitwise_not,
    "bitwiseLeftShift": same(torch.bitwise_left_shift), "bitwiseRightShift": same(torch.bitwise_right_shift),
    "sum": torch.sum, "nansum": torch.nansum, "prod": torch.prod, "mean": torch.mean, "var": torch.var,
    "std": torch.std, "amax": torch.amax, "max": torch.max, "max along": lambda x: x.max(0)[0],
    "argmax": torch.argmax, "norm": torch.norm, "logsumexp": lambda x: x.logsumexp(0), "any": torch.any,
    "all": torch.all, "countNonzero": torch.count_nonzero, "cumsum": lambda x: x.cumsum(0),
    "cumprod": lambda x: x.cumprod(0), "cummax": lambda x: x.cummax(0)[0], "softmax": lambda x: x.softmax(0),
    "logSoftmax": lambda x: x.log_softmax(0), "equal": lambda x: T(torch.equal(x, x)),
}


def dtype_of(f, dtype):
    try:
        return NAMES[f(torch.ones(2, dtype=dtype)).dtype]
    except RuntimeError:
        return None


table = {name: {key: dtype_of(f, dtype) for key, dtype in DTYPES.items()} for name, f in TYPED.items()}
lines = [f"{json.dumps(name)}: {json.dumps(row)}" for name, row in table.items()]
origin = f"PyTorch {torch.__version__}, made by tools/golden/{sys.argv[0].split('/')[-1]}"
path = FIXTURES / "torch-function-dtypes.json"
path.write_text(f'{{\n"origin": {json.dumps(origin)},\n"functions": {{\n' + ",\n".join(lines) + "\n}}\n")
print(f"{path.name}: {len(table)} functions")
