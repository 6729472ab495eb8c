import torch
from torch import nn
from recording import Recorder, indices, wave

recorder = Recorder("embedding")
record = recorder.record

record("Embedding", nn.Embedding(5, 3), indices(2, 4, below=5, factor=3))
record("Embedding with padding", nn.Embedding(5, 3, padding_idx=2), torch.tensor([2, 0, 2, 4]))
record("Embedding with padding from the end", nn.Embedding(5, 2, padding_idx=-1), torch.tensor([4, 0, 3]))
record("Embedding by frequency", nn.Embedding(4, 2, scale_grad_by_freq=True), torch.tensor([[1, 0], [1, 1]]))
record("Embedding with a largest norm", nn.Embedding(4, 3, max_norm=0.6), torch.tensor([1, 3, 1]))
record("Embedding with a largest norm, p 1", nn.Embedding(4, 3, max_norm=0.6, norm_type=1.0), torch.tensor([1, 3, 1]))

table = torch.tensor([[3, 0, 1], [2, 2, 4]])
flat, offsets = torch.tensor([3, 0, 1, 2, 2, 4]), torch.tensor([0, 2, 2, 5])
for mode in ["sum", "mean", "max"]:
    record(f"EmbeddingBag, {mode}", nn.EmbeddingBag(5, 3, mode=mode), table)
    record(f"EmbeddingBag, {mode}, offsets", nn.EmbeddingBag(5, 3, mode=mode), flat, offsets)
    record(f"EmbeddingBag, {mode}, padding", nn.EmbeddingBag(5, 3, mode=mode, padding_idx=2), flat, offsets)
    record(
        f"EmbeddingBag, {mode}, last offset",
        nn.EmbeddingBag(5, 3, mode=mode, include_last_offset=True),
        flat,
        torch.tensor([0, 2, 2, 6]),
    )
weighted = nn.EmbeddingBag(5, 3, mode="sum")
record(
    "EmbeddingBag, weighted",
    lambda i, o, w: weighted(i, o, w),
    flat,
    offsets,
    wave(6, phase=1),
    module=weighted,
)
weighted_table = nn.EmbeddingBag(5, 3, mode="sum", padding_idx=4)
record("EmbeddingBag, weighted table", lambda i, w: weighted_table(i, None, w), table, wave(2, 3), module=weighted_table)
# The repeated row is the last one: PyTorch 1.13 mistakes the frequencies of rows behind a repeated one.
record("EmbeddingBag by frequency", nn.EmbeddingBag(5, 2, scale_grad_by_freq=True), torch.tensor([3, 0, 1, 4, 4, 2]), offsets)

recorder.write()
