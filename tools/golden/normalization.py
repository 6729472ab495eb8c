import torch
import torch.nn.functional as F
from torch import nn
from recording import Recorder, wave

recorder = Recorder("normalization")
record = recorder.record


def with_statistics(module):
    """Running statistics that are neither zeros nor ones."""
    module.running_mean = wave(*module.running_mean.shape, phase=2.0)
    module.running_var = wave(*module.running_var.shape, phase=3.0) ** 2 + 0.5
    return module


record("BatchNorm1d", nn.BatchNorm1d(3), wave(4, 3))
record("BatchNorm1d of sequences", nn.BatchNorm1d(3, eps=0.1, momentum=0.4), wave(2, 3, 5))
record("BatchNorm1d in evaluation", with_statistics(nn.BatchNorm1d(3)).eval(), wave(4, 3))
record("BatchNorm1d without scale and shift", nn.BatchNorm1d(3, affine=False), wave(4, 3))
record("BatchNorm1d without statistics, in evaluation", nn.BatchNorm1d(3, track_running_stats=False).eval(), wave(4, 3))
record("BatchNorm2d", with_statistics(nn.BatchNorm2d(2)), wave(2, 2, 3, 4))
record("BatchNorm2d in evaluation", with_statistics(nn.BatchNorm2d(2)).eval(), wave(2, 2, 3, 4))
record("BatchNorm3d", nn.BatchNorm3d(2, momentum=0.2), wave(2, 2, 2, 3, 2))
cumulative = nn.BatchNorm1d(2, momentum=None)
record("BatchNorm1d, cumulative", lambda x, y: [cumulative(x), cumulative(y)], wave(3, 2), wave(4, 2, phase=7), module=cumulative)
record(
    "batch_norm",
    lambda x, w: F.batch_norm(x, wave(3), wave(3) ** 2, weight=w, eps=1e-3),
    wave(2, 3, 2),
    wave(3, phase=1),
)

record("GroupNorm", nn.GroupNorm(2, 4), wave(2, 4, 3))
record("GroupNorm of one group", nn.GroupNorm(1, 3, eps=0.01), wave(2, 3, 2, 2))
record("GroupNorm without scale and shift", nn.GroupNorm(3, 3, affine=False), wave(2, 3, 4))

record("InstanceNorm1d", nn.InstanceNorm1d(2), wave(2, 2, 4))
record("InstanceNorm1d without batch", nn.InstanceNorm1d(2, affine=True), wave(2, 4))
record("InstanceNorm2d", nn.InstanceNorm2d(3, affine=True, eps=0.01), wave(2, 3, 2, 2))
record("InstanceNorm2d, tracking", with_statistics(nn.InstanceNorm2d(2, track_running_stats=True, momentum=0.3)), wave(3, 2, 2, 3))
record("InstanceNorm2d in evaluation", with_statistics(nn.InstanceNorm2d(2, track_running_stats=True)).eval(), wave(3, 2, 2, 3))
record("InstanceNorm3d", nn.InstanceNorm3d(2), wave(1, 2, 2, 2, 3))

record("LayerNorm", nn.LayerNorm((2, 3), eps=1e-3), wave(4, 2, 3))
record("LocalResponseNorm", nn.LocalResponseNorm(3), wave(2, 5, 3, scale=4))
record("LocalResponseNorm, even", nn.LocalResponseNorm(4, alpha=0.5, beta=0.6, k=2.0), wave(1, 6, 2, 2, scale=4))

record("normalize", F.normalize, wave(3, 4))
record("normalize, p 1", lambda x: F.normalize(x, p=1, dim=0), wave(3, 4))
record("normalize, p 3", lambda x: F.normalize(x, p=3, dim=-1), wave(2, 2, 3))
record("normalize, p infinity", lambda x: F.normalize(x, p=float("inf")), wave(3, 4))
record("normalize, two dimensions", lambda x: F.normalize(x, dim=(0, 2)), wave(2, 3, 2))
record("normalize, zeros", F.normalize, torch.tensor([[0.0, 0.0], [3.0, 4.0]]))
record("normalize, shorter than eps", lambda x: F.normalize(x, eps=2.0), wave(2, 2))

recorder.write()
