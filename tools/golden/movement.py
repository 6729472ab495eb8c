import torch
from recording import Recorder, indices, wave

recorder = Recorder("movement")
record = recorder.record
x = wave(2, 3, 4)
m = wave(3, 4)

for k in (-1, 1, 2, 4):
    record(f"rot90 by {k}", lambda t, k=k: t.rot90(k), m)
record("rot90 from the last dimension to the first", lambda t: t.rot90(1, [2, 0]), x)
record("roll of the flat tensor", lambda t: t.roll(5), x)
record("roll along dimensions", lambda t: t.roll((1, -2, 4), (0, 2, 2)), x)
record("repeat", lambda t: t.repeat(2, 1, 3), m)
record("tile with fewer counts", lambda t: t.tile((2,)), m)
record("tile with more counts", lambda t: t.tile((2, 1, 2)), m)
record("repeatInterleave", lambda t: t.repeat_interleave(2, 1), x)
record("repeatInterleave of the flat tensor", lambda t: t.repeat_interleave(3), m)
record("movedim", lambda t: t.movedim((0, -1), (2, 0)), x)
record("unflatten", lambda t: t.unflatten(2, (2, -1)), x)
record("squeeze and unsqueeze", lambda t: t.unsqueeze(1).squeeze(-1), wave(2, 3, 1))
record("expand", lambda t: t.expand(2, -1, 3), wave(4, 1))
record("fliplr and flipud", lambda t: (t.fliplr(), t.flipud()), m)
record("mT", lambda t: t.mT, x)

record("split into sizes", lambda t: t.split([1, 3], 1), m)
record("split into parts of two", lambda t: t.split(2, 0), m)
record("chunk", lambda t: t.chunk(3, 1), wave(2, 7))
record("tensorSplit into parts", lambda t: t.tensor_split(3, 1), wave(2, 7))
record("tensorSplit at indices", lambda t: t.tensor_split((1, 7, -2), 1), wave(2, 5))
record("unbind", lambda t: t.unbind(1), m)
record("at: ranges", lambda t: t[1, ..., 1:-1, ::2], wave(2, 2, 4, 5))
record("at: a new dimension", lambda t: t[:, None, 1], m)
record("at: indices", lambda t, i: t[:, i], m, torch.tensor([[0, -1], [2, 2]]))
record("at: neighbouring indices", lambda t, i, j: t[:, i, j], x, torch.tensor([[0], [-1]]), torch.tensor([1, -1]))
record("at: separate indices", lambda t, i, j: t[i, :, j], x, torch.tensor([1, 0, 1]), torch.tensor([3, 3, -4]))
record("at: indices on both sides of a new dimension", lambda t, i: t[:, i, None, i], x, torch.tensor([1, 0]))
record("diagonal", lambda t: t.diagonal(), m)
record("diagonal below, of other dimensions", lambda t: t.diagonal(-1, 2, 0), x)
record("diag of a vector", lambda t: t.diag(-1), wave(3))
record("diag of a matrix", lambda t: t.diag(1), m)
record("diagEmbed", lambda t: t.diag_embed(), m)
record("diagEmbed above, into other dimensions", lambda t: t.diag_embed(1, 0, 2), m)
record("diagflat", lambda t: t.diagflat(2), wave(2, 2))
record("triu", lambda t: t.triu(1), x)
record("tril", lambda t: t.tril(-1), x)
record("trace", lambda t: t.trace(), m)

for equation, *shapes in [
    ("ij,jk", (2, 3), (3, 4)),
    ("bij,bkj->bik", (2, 3, 4), (2, 2, 4)),
    ("ii->i", (3, 3)),
    ("ii", (3, 3)),
    ("iij->j", (3, 3, 2)),
    ("ijk->ki", (2, 3, 4)),
    ("ba", (2, 3)),
    ("i,j->ij", (3,), (4,)),
    ("i,i->", (3,), (3,)),
    ("ij,ij->ij", (2, 3), (2, 3)),
    ("...ij,...jk->...ik", (2, 1, 3, 4), (5, 4, 2)),
    ("...i,i...->...", (2, 3), (3, 2)),
    ("b...->...b", (2, 3, 4)),
    ("...ij", (2, 3, 4)),
    ("ij,jk,kl->il", (2, 3), (3, 4), (4, 2)),
    ("bhqd,bhkd->bhqk", (2, 2, 3, 4), (2, 2, 5, 4)),
    ("ij,k->", (2, 3), (4,)),
    ("ij,jk->ik", (2, 1), (3, 4)),
    ("aab,bc,a->c", (2, 2, 3), (3, 4), (2,)),
]:
    operands = [wave(*shape, phase=i) for i, shape in enumerate(shapes)]
    record(f"einsum {equation} {shapes}", lambda *t, e=equation: torch.einsum(e, *t), *operands)
record("tensordot of two dimensions", lambda a, b: torch.tensordot(a, b), wave(2, 3, 4), wave(3, 4, 5, phase=1))
record(
    "tensordot of named dimensions",
    lambda a, b: torch.tensordot(a, b, ([2, 0], [0, 1])),
    wave(2, 3, 4),
    wave(4, 2, 5, phase=1),
)
record("tensordot of none", lambda a, b: torch.tensordot(a, b, 0), wave(2), wave(3, phase=1))
record("kron", torch.kron, wave(2, 2), wave(3, phase=1))
record("outer, dot and mv", lambda a, b, t: (a.outer(b), a.dot(a), t.mv(b)), wave(3), wave(4, phase=1), m)
record("addmm", lambda t, a, b: t.addmm(a, b, beta=0.5, alpha=2), wave(4), wave(2, 3), m)
record("baddbmm", lambda t, a, b: t.baddbmm(a, b, beta=-1), wave(2, 4, 1), wave(2, 4, 3), wave(2, 3, 2, phase=1))

record("gather", lambda t, i: t.gather(1, i), m, indices(3, 2, below=4))
record("gather of fewer rows", lambda t, i: t.gather(-1, i), m, indices(2, 5, below=4))
record("takeAlongDim", lambda t, i: t.take_along_dim(i, 1), m, indices(1, 2, below=4))
record("takeAlongDim of the flat tensor", lambda t, i: t.take_along_dim(i), m, indices(5, below=12))
record("take", lambda t, i: t.take(i), m, torch.tensor([[0, -1], [5, -12]]))
record("scatter", lambda t, i, s: t.scatter(0, i, s), m, torch.tensor([[0, 1, 2, 0], [1, 2, 0, 1]]), wave(2, 4, phase=1))
record("scatter of a number", lambda t, i: t.scatter(1, i, 1.5), m, indices(3, 2, below=4))
record("scatterAdd", lambda t, i, s: t.scatter_add(1, i, s), m, indices(2, 5, below=4), wave(2, 5, phase=1))
record("indexSelect", lambda t, i: t.index_select(1, i), x, torch.tensor([2, 0, 2]))
record("indexAdd", lambda t, i, s: t.index_add(1, i, s, alpha=-2), m, torch.tensor([3, 0, 3]), wave(3, 3, phase=1))
record("indexCopy", lambda t, i, s: t.index_copy(1, i, s), m, torch.tensor([3, 0]), wave(3, 2, phase=1))
record("indexFill", lambda t, i: t.index_fill(0, i, 7), m, torch.tensor([2, 0]))
record("maskedFill", lambda t, k: t.masked_fill(k, -1), m, wave(3, 1, phase=1) > 0)
record("maskedFill with a tensor", lambda t, k, v: t.masked_fill(k, v), m, m > 0.5, torch.tensor(2.0))
record("maskedSelect", lambda t, k: t.masked_select(k), m, wave(4, phase=1) > 0)
record("nonzero", lambda t: t.nonzero(), torch.tensor([[1.0, 0, 2], [0, 0, float("nan")]]))
record("where", torch.where, m > 0, m, wave(4, phase=1))

ties = torch.tensor([[3.0, 1, 3, 2], [0, float("nan"), 5, -1]])
record("sort", lambda t: t.sort(stable=True), ties)
record("sort descending along the first dimension", lambda t: t.sort(0, descending=True), x)
record("argsort", lambda t: t.argsort(-1, descending=True), x)
record("topk", lambda t: t.topk(2, 1), x)
record("topk of the smallest", lambda t: t.topk(3, largest=False), x)
record("kthvalue", lambda t: t.kthvalue(2), x)
record("kthvalue, dimension kept", lambda t: t.kthvalue(3, 1, keepdim=True), x)
record(
    "unique",
    lambda t: torch.unique(t, return_inverse=True, return_counts=True),
    torch.tensor([[3, 1, 2], [1, -5, 3]]),
)
edges = torch.tensor([1.0, 3, 3, 7])
record("searchsorted", torch.searchsorted, edges, torch.tensor([[0.0, 1, 2], [3, 7, 8]]))
record("searchsorted, right", lambda s, t: torch.searchsorted(s, t, right=True), edges, torch.tensor([1.0, 3, 7, 9]))
record(
    "searchsorted in rows",
    torch.searchsorted,
    torch.tensor([[1.0, 3, 5, 7, 9], [2.0, 4, 6, 8, 10]]),
    torch.tensor([[3.0, 6, 9], [3, 6, 9]]),
)
record("bucketize", lambda t, b: torch.bucketize(t, b, right=True), torch.tensor([0.5, 3, 6]), edges)
record("bincount", lambda t: t.bincount(minlength=6), torch.tensor([1, 4, 1, 0]))
record("bincount with weights", lambda t, w: t.bincount(w.detach(), minlength=3), torch.tensor([1, 2, 1]), wave(3))
record("histc", lambda t: t.detach().histc(5, -0.5, 1), wave(12))
record("histc over the range of the data", lambda t: t.detach().histc(4), wave(12))
record("oneHot", lambda t: torch.nn.functional.one_hot(t, 4), torch.tensor([[0, 3], [2, 1]]))

record("stack", lambda a, b: torch.stack([a, b], -1), m, wave(3, 4, phase=1))
record("hstack", lambda a, b: torch.hstack([a, b]), m, wave(3, 2, phase=1))
record("hstack of vectors", lambda a, b: torch.hstack([a, b]), wave(2), torch.tensor(4.0))
record("vstack", lambda a, b: torch.vstack([a, b]), wave(4), m)
record("meshgrid ij", lambda a, b, c: torch.meshgrid(a, b, c, indexing="ij"), wave(2), wave(3), wave(1))
record("meshgrid xy", lambda a, b, c: torch.meshgrid(a, b, c, indexing="xy"), wave(2), wave(3), wave(1))
record("broadcastTensors", lambda a, b: torch.broadcast_tensors(a, b), wave(2, 1), wave(3))

record("arange", lambda: torch.arange(1, 2.5, 0.3))
record("arange downwards", lambda: torch.arange(5, -5, -3))
record("linspace", lambda: torch.linspace(-2, 3, 7))
record("linspace of one", lambda: torch.linspace(2, 3, 1))
record("logspace", lambda: torch.logspace(-1, 2, 5, base=2))
record("eye", lambda: torch.eye(2, 3))
record("trilIndices", lambda: torch.tril_indices(3, 4, -1))
record("triuIndices", lambda: torch.triu_indices(3, 3, 1))

recorder.write()
