import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from recording import Recorder, wave

recorder = Recorder("recurrent")
record = recorder.record

x = wave(4, 2, 3)


def states(name, module, run, *inputs):
    record(name, run(module), *inputs, module=module)


record("RNN", nn.RNN(3, 2), x)
states("RNN, relu", nn.RNN(3, 2, nonlinearity="relu", bias=False, batch_first=True),
       lambda m: lambda x, h: m(x, h), wave(2, 4, 3), wave(1, 2, 2, phase=1))
states("RNN, two layers both ways", nn.RNN(3, 2, num_layers=2, bidirectional=True),
       lambda m: lambda x, h: m(x, h), x, wave(4, 2, 2, phase=1))

record("LSTM", nn.LSTM(3, 2), x)
states("LSTM, two layers both ways", nn.LSTM(3, 2, num_layers=2, bidirectional=True, batch_first=True),
       lambda m: lambda x, h, c: m(x, (h, c)), wave(2, 4, 3), wave(4, 2, 2, phase=1), wave(4, 2, 2, phase=2))
states("LSTM, projected", nn.LSTM(3, 3, num_layers=2, proj_size=2, bidirectional=True, bias=False),
       lambda m: lambda x, h, c: m(x, (h, c)), x, wave(4, 2, 2, phase=1), wave(4, 2, 3, phase=2))
states("LSTM, one sequence", nn.LSTM(3, 2), lambda m: lambda x, h, c: m(x, (h, c)),
       wave(4, 3), wave(1, 2, phase=1), wave(1, 2, phase=2))

record("GRU", nn.GRU(3, 2), x)
states("GRU, two layers both ways", nn.GRU(3, 2, num_layers=2, bidirectional=True),
       lambda m: lambda x, h: m(x, h), x, wave(4, 2, 2, phase=1))
record("GRU, without bias", nn.GRU(3, 2, bias=False, batch_first=True), wave(2, 4, 3))


def packed(module):
    """Sequences of 2, 4 and 1 elements."""

    def run(x, *initial):
        sequences = pack_padded_sequence(x, torch.tensor([2, 4, 1]), enforce_sorted=False)
        output, last = module(sequences, initial if len(initial) > 1 else initial[0])
        return pad_packed_sequence(output)[0], last

    return run


states("LSTM, lengths", nn.LSTM(3, 2, num_layers=2, bidirectional=True), packed,
       wave(4, 3, 3), wave(4, 3, 2, phase=1), wave(4, 3, 2, phase=2))
states("GRU, lengths", nn.GRU(3, 2), packed, wave(4, 3, 3), wave(1, 3, 2, phase=1))

record("RNNCell", nn.RNNCell(3, 2), wave(2, 3), wave(2, 2, phase=1))
record("RNNCell, relu", nn.RNNCell(3, 2, bias=False, nonlinearity="relu"), wave(3))
states("LSTMCell", nn.LSTMCell(3, 2), lambda m: lambda x, h, c: m(x, (h, c)),
       wave(2, 3), wave(2, 2, phase=1), wave(2, 2, phase=2))
record("LSTMCell, without state", nn.LSTMCell(3, 2, bias=False), wave(2, 3))
record("GRUCell", nn.GRUCell(3, 2), wave(2, 3), wave(2, 2, phase=1))

recorder.write()
