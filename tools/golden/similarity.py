from torch import nn
from torch.nn import functional as F
from recording import Recorder, wave

recorder = Recorder("similarity")
record = recorder.record

record("Bilinear", nn.Bilinear(3, 4, 2), wave(5, 3), wave(5, 4, phase=1.0))
record("Bilinear of more dimensions", nn.Bilinear(2, 3, 2, bias=False), wave(2, 2, 2), wave(2, 2, 3, phase=1.0))
record("CosineSimilarity", nn.CosineSimilarity(), wave(4, 3), wave(4, 3, phase=1.0))
record("CosineSimilarity, broadcast", nn.CosineSimilarity(dim=-1), wave(2, 1, 3), wave(3, 3, phase=1.0))
record("PairwiseDistance", nn.PairwiseDistance(), wave(4, 3), wave(4, 3, phase=1.0))
for p in (1.0, 3.5, float("inf"), 0.0):
    record(
        f"PairwiseDistance, p {p:g}",
        lambda a, b, p=p: F.pairwise_distance(a, b, p=p, eps=0.25, keepdim=True),
        wave(2, 3),
        wave(1, 3, phase=1.0),
    )

recorder.write()
