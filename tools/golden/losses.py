import torch
from torch import nn
from torch.nn import functional as F
from recording import Recorder, indices, wave

recorder = Recorder("losses")
record = recorder.record

reductions = ["mean", "sum", "none"]
signs = torch.tensor([1.0, -1.0, -1.0, 1.0, 1.0, -1.0])


def probabilities(*shape, phase=0.0):
    return wave(*shape, phase=phase) * 0.45 + 0.5


def distribution(*shape, phase=0.0):
    return wave(*shape, phase=phase).softmax(1)


# Errors of both signs, below and above every threshold.
x, y = wave(2, 3, scale=2), wave(2, 3, phase=1.0, scale=0.5)
for reduction in reductions:
    record(f"MSELoss {reduction}", nn.MSELoss(reduction=reduction), x, y)
    record(f"L1Loss {reduction}", nn.L1Loss(reduction=reduction), x, y)
record("SmoothL1Loss", nn.SmoothL1Loss(), x, y)
record("SmoothL1Loss beta none", nn.SmoothL1Loss(beta=0.4, reduction="none"), x, y)
record("SmoothL1Loss beta 0", nn.SmoothL1Loss(beta=0.0), x, y)
record("HuberLoss", nn.HuberLoss(), x, y)
record("HuberLoss delta none", nn.HuberLoss(delta=0.4, reduction="none"), x, y)

logits, labels, weight = wave(5, 4, scale=3), torch.tensor([3, 0, -100, 2, 1]), torch.tensor([0.5, 2.0, 1.0, 0.25])
for reduction in reductions:
    record(f"CrossEntropyLoss {reduction}", nn.CrossEntropyLoss(reduction=reduction), logits, labels)
    options = dict(weight=weight, label_smoothing=0.1, reduction=reduction)
    record(f"CrossEntropyLoss weight smoothed {reduction}", nn.CrossEntropyLoss(**options), logits, labels)
    record(f"CrossEntropyLoss probabilities {reduction}", nn.CrossEntropyLoss(**options), logits, distribution(5, 4))
    record(f"NLLLoss {reduction}", nn.NLLLoss(weight=weight, reduction=reduction), logits, labels)
record("CrossEntropyLoss weight", nn.CrossEntropyLoss(weight=weight), logits, labels)
record("CrossEntropyLoss smoothed", nn.CrossEntropyLoss(label_smoothing=0.2), logits, labels)
record("CrossEntropyLoss ignoreIndex", nn.CrossEntropyLoss(ignore_index=2), logits, torch.tensor([3, 0, 2, 2, 1]))
record("CrossEntropyLoss all ignored", nn.CrossEntropyLoss(), wave(2, 3), torch.tensor([-100, -100]))
record("CrossEntropyLoss image", nn.CrossEntropyLoss(), wave(2, 3, 2, 2), indices(2, 2, 2, below=3))
record("CrossEntropyLoss image probabilities", nn.CrossEntropyLoss(), wave(2, 3, 2), distribution(2, 3, 2, phase=1.0))
record("CrossEntropyLoss without batch", nn.CrossEntropyLoss(weight=weight), wave(4), torch.tensor(1))
record("CrossEntropyLoss probabilities without batch", nn.CrossEntropyLoss(), wave(4), wave(4, phase=1.0).softmax(0))
record("NLLLoss ignoreIndex image", nn.NLLLoss(ignore_index=1), wave(2, 3, 2), indices(2, 2, below=3))
record("NLLLoss without batch", nn.NLLLoss(), wave(4), torch.tensor(2))

p, q = probabilities(3, 2), probabilities(3, 2, phase=2.0)
for reduction in reductions:
    record(f"BCELoss {reduction}", nn.BCELoss(reduction=reduction), p, q)
    record(f"BCEWithLogitsLoss {reduction}", nn.BCEWithLogitsLoss(reduction=reduction), wave(3, 2, scale=3), q)
record("BCELoss weight", nn.BCELoss(weight=torch.tensor([[0.5], [2.0], [1.0]])), p, q)
certain = nn.BCELoss(reduction="none")
record("BCELoss certain", lambda x, y: certain(x, y.detach()), torch.tensor([0.0, 1.0, 0.0, 1.0]), torch.tensor([0.0, 1.0, 1.0, 0.0]))
weights = dict(weight=torch.tensor([[0.5], [2.0], [1.0]]), pos_weight=torch.tensor([3.0, 0.5]))
record("BCEWithLogitsLoss weights", nn.BCEWithLogitsLoss(**weights), wave(3, 2, scale=3), q)

for reduction in [*reductions, "batchmean"]:
    log_p, t = wave(3, 4).log_softmax(1), distribution(3, 4, phase=1.0)
    record(f"KLDivLoss {reduction}", nn.KLDivLoss(reduction=reduction), log_p, t)
    record(f"KLDivLoss logTarget {reduction}", nn.KLDivLoss(reduction=reduction, log_target=True), log_p, t.log())
variance = wave(3, 4, phase=2.0).abs()
record("GaussianNLLLoss", nn.GaussianNLLLoss(), wave(3, 4), wave(3, 4, phase=1.0), variance)
record("GaussianNLLLoss full none", nn.GaussianNLLLoss(full=True, eps=0.5, reduction="none"), wave(3, 4), wave(3, 4, phase=1.0), variance)
record("GaussianNLLLoss a variance a row", nn.GaussianNLLLoss(), wave(3, 4), wave(3, 4, phase=1.0), variance[:, 0])
record("GaussianNLLLoss a column of variances", nn.GaussianNLLLoss(), wave(3, 4), wave(3, 4, phase=1.0), variance[:, :1])
counts = torch.tensor([[0.0, 1.0, 2.0], [5.0, 3.0, 0.0]])
record("PoissonNLLLoss", nn.PoissonNLLLoss(), wave(2, 3), counts)
full = nn.PoissonNLLLoss(full=True, reduction="none")
record("PoissonNLLLoss full", lambda x, y: full(x, y.detach()), wave(2, 3), counts)
record("PoissonNLLLoss rates", nn.PoissonNLLLoss(log_input=False, eps=0.01), probabilities(2, 3), counts)

for reduction in reductions:
    record(f"HingeEmbeddingLoss {reduction}", nn.HingeEmbeddingLoss(margin=0.7, reduction=reduction), wave(6), signs)
    record(f"MarginRankingLoss {reduction}", nn.MarginRankingLoss(margin=0.3, reduction=reduction), wave(6), wave(6, phase=1.0), signs)
    soft_margin = nn.SoftMarginLoss(reduction=reduction)
    record(f"SoftMarginLoss {reduction}", lambda x, y: soft_margin(x, y.detach()), wave(6), signs)
    record(f"MultiMarginLoss {reduction}", nn.MultiMarginLoss(reduction=reduction), wave(3, 4), torch.tensor([2, 0, 3]))
record("HingeEmbeddingLoss", nn.HingeEmbeddingLoss(), wave(6), signs)
record("MarginRankingLoss", nn.MarginRankingLoss(), wave(6), wave(6, phase=1.0), signs)
record("MultiMarginLoss p margin weight", nn.MultiMarginLoss(p=2, margin=0.6, weight=weight), wave(3, 4), torch.tensor([2, 0, 3]))
record("MultiMarginLoss without batch", nn.MultiMarginLoss(reduction="none"), wave(4), torch.tensor(1))

for reduction in reductions:
    record(f"CosineEmbeddingLoss {reduction}", nn.CosineEmbeddingLoss(margin=-0.2, reduction=reduction), wave(6, 3), wave(6, 3, phase=1.0), signs)
    record(f"TripletMarginLoss {reduction}", nn.TripletMarginLoss(reduction=reduction), wave(3, 4), wave(3, 4, phase=1.0), wave(3, 4, phase=2.5))
record("CosineEmbeddingLoss", nn.CosineEmbeddingLoss(), wave(6, 3), wave(6, 3, phase=1.0), signs)
record("CosineEmbeddingLoss without batch", nn.CosineEmbeddingLoss(), wave(3), wave(3, phase=1.0), torch.tensor(1.0))
for p in [1.0, 3.0, float("inf")]:
    record(f"TripletMarginLoss p {p:g}", nn.TripletMarginLoss(p=p, margin=3.0), wave(3, 4), wave(3, 4, phase=1.0), wave(3, 4, phase=2.5))
swapped = [wave(3, 4), wave(3, 4, phase=2.5), wave(3, 4, phase=2.0)]
record("TripletMarginLoss swap", nn.TripletMarginLoss(swap=True, margin=2.0, eps=0.01, reduction="none"), *swapped)

# PyTorch's gradient is that of the scores behind the log-softmax, so both are recorded as one.
scores = wave(6, 3, 4, scale=2)
targets, lengths, target_lengths = torch.tensor([[1, 1, 2], [3, 9, 9], [2, 3, 9]]), (6, 4, 5), (3, 1, 2)


def ctc(loss, *rest):
    return lambda x: loss(x.log_softmax(-1), *rest)


for reduction in reductions:
    record(f"CTCLoss {reduction}", ctc(nn.CTCLoss(reduction=reduction), targets, lengths, target_lengths), scores)
in_one_row = torch.tensor([1, 1, 2, 3, 2, 3])
record("CTCLoss in one row", ctc(nn.CTCLoss(), in_one_row, lengths, target_lengths), scores)
record("CTCLoss blank", ctc(nn.CTCLoss(blank=3), torch.tensor([[0, 0], [2, 1], [1, 0]]), (6, 6, 6), (2, 2, 1)), scores)
record("CTCLoss no labels", ctc(nn.CTCLoss(), targets, lengths, (0, 1, 2)), scores)
record("CTCLoss without batch", ctc(nn.CTCLoss(), torch.tensor([2, 1]), (6,), (2,)), wave(6, 4, scale=2))
impossible = [torch.tensor([[1, 1, 1], [3, 1, 2], [2, 3, 1]]), (4, 3, 2), (3, 3, 3)]
record("CTCLoss zeroInfinity", ctc(nn.CTCLoss(zero_infinity=True, reduction="none"), *impossible), scores)

recorder.write()
