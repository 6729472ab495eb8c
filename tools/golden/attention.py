import torch
from torch import nn
from torch.nn import functional as F

from recording import Recorder, wave

recorder = Recorder("attention")
record = recorder.record


def bools(*shape, every=3):
    """True but for every n-th element."""
    return (torch.arange(torch.Size(shape).numel()) % every != every - 1).reshape(shape)


def attention(q, k, v, mask=None, causal=False):
    return F._scaled_dot_product_attention(q, k, v, mask, 0.0, False, causal)[0]


def with_bias(q, k, v, bias, scale=1.0):
    """What 1.13 lacks: an additive mask and another scale, as PyTorch 2 documents them."""
    return torch.softmax(scale * q @ k.transpose(-2, -1) + bias, -1) @ v


q, k, v = wave(2, 3, 2), wave(2, 4, 2, phase=1), wave(2, 4, 3, phase=2)
record("attention", attention, q, k, v)
record("attention, causal", lambda q, k, v: attention(q, k, v, causal=True), q, k, v)
record("attention, bool mask", attention, q, k, v, bools(3, 4))
record("attention, float mask", lambda q, k, v, m: with_bias(q, k, v, m, 0.5), q, k, v, wave(3, 4, phase=3))
record("attention, scale", lambda q, k, v: with_bias(q, k, v, torch.zeros(()), 0.3), q, k, v)

x, memory = wave(3, 2, 4), wave(4, 2, 4, phase=1)


def multihead(name, *inputs, run=None, **options):
    module = nn.MultiheadAttention(4, 2, **options)
    record(f"MultiheadAttention{name}", run(module) if run else module, *inputs, module=module)


multihead("", x, memory, memory + 0.5)
multihead(", self", x, run=lambda m: lambda x: m(x, x, x))
multihead(", memory", x, memory, run=lambda m: lambda x, y: m(x, y, y, average_attn_weights=False))
multihead(", without bias", x, memory, memory + 0.5, bias=False, batch_first=True, run=lambda m: lambda q, k, v: m(
    q.transpose(0, 1), k.transpose(0, 1), v.transpose(0, 1)))
multihead(", extra keys", x, memory, memory + 0.5, bools(2, 4).logical_not(), wave(3, 4),
          add_bias_kv=True, add_zero_attn=True,
          run=lambda m: lambda q, k, v, p, a: m(q, k, v, key_padding_mask=p, attn_mask=a))
multihead(", kdim and vdim", x, wave(4, 2, 3), wave(4, 2, 2, phase=1), kdim=3, vdim=2)
multihead(", one sequence", wave(3, 4), wave(4, 4, phase=1), wave(4, 4, phase=2), bools(4).logical_not(),
          run=lambda m: lambda q, k, v, p: m(q, k, v, key_padding_mask=p))
multihead(", mask a head", x, memory, bools(4, 3, 4, every=4).logical_not(),
          run=lambda m: lambda x, y, a: m(x, y, y, attn_mask=a, need_weights=False))
multihead(", padding and mask", x, memory, bools(2, 4).logical_not(), bools(3, 4, every=4).logical_not(),
          run=lambda m: lambda x, y, p, a: m(x, y, y, key_padding_mask=p, attn_mask=a, need_weights=False))

recorder.write()
