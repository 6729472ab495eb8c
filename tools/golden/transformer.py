import torch
from torch import nn

from recording import Recorder, wave

recorder = Recorder("transformer")
record = recorder.record

x, memory = wave(3, 2, 4), wave(4, 2, 4, phase=1)
padding = torch.arange(8).reshape(2, 4) % 3 == 2
plain = {"dim_feedforward": 3, "dropout": 0.0}
causal = nn.Transformer.generate_square_subsequent_mask


def layer(name, module, run, *inputs):
    record(name, run(module), *inputs, module=module)


record("TransformerEncoderLayer", nn.TransformerEncoderLayer(4, 2, **plain), x)
layer("TransformerEncoderLayer, norm first", nn.TransformerEncoderLayer(
    4, 2, activation="gelu", layer_norm_eps=1e-3, batch_first=True, norm_first=True, **plain),
    lambda m: lambda x, p: m(x, src_mask=causal(3), src_key_padding_mask=p), wave(2, 3, 4),
    torch.tensor([[False, False, True], [False, False, False]]))
record("TransformerDecoderLayer", nn.TransformerDecoderLayer(4, 2, **plain), x, memory)
layer("TransformerDecoderLayer, norm first", nn.TransformerDecoderLayer(
    4, 2, activation=torch.tanh, layer_norm_eps=1e-3, batch_first=True, norm_first=True, **plain),
    lambda m: lambda x, y, p: m(x, y, tgt_mask=causal(3), memory_key_padding_mask=p, memory_mask=wave(3, 4)),
    wave(2, 3, 4), wave(2, 4, 4, phase=1), padding)
layer("TransformerEncoder", nn.TransformerEncoder(
    nn.TransformerEncoderLayer(4, 2, **plain), 2, nn.LayerNorm(4)),
    lambda m: lambda x: m(x, mask=causal(3)), x)
layer("TransformerDecoder", nn.TransformerDecoder(nn.TransformerDecoderLayer(4, 2, **plain), 2),
    lambda m: lambda x, y, p: m(x, y, tgt_mask=causal(3), memory_key_padding_mask=p), x, memory,
    padding)
layer("Transformer", nn.Transformer(4, 2, 1, 1, **plain),
    lambda m: lambda x, y, p: m(x, y, tgt_mask=causal(3), src_key_padding_mask=p, memory_key_padding_mask=p),
    memory, x, padding)

recorder.write()
