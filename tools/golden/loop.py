"""
Records the optimizer loop: runs the scenarios of packages/conformance with Lightning, in float64, and writes what happened
to `packages/conformance/src/loop/recorded/more-traces.json`. Left out are scenarios that were recorded before, those that
Lightning 2 refuses (several optimizers in automatic optimization), and those in which it does otherwise.
"""

import json
import logging
import multiprocessing
import subprocess
import warnings
from functools import partial, update_wrapper
from pathlib import Path

import lightning
import lightning.pytorch as pl
import torch
from lightning.pytorch.callbacks import Callback, GradientAccumulationScheduler
from lightning.pytorch.loggers.logger import Logger
from torch import nn

from loop_scenario import batches_of, module_of, snake, snaked

ROOT = Path(__file__).resolve().parents[2]
RECORDED = ROOT / "packages/conformance/src/loop/recorded"

OTHERWISE = {
    "clip_override_by_its_own_value": "Lightning refuses a value that is not the Trainer's",
    "manual_gan_max_steps5": "max_steps counts the steps of each optimizer",
    "optimizer_step_override_accum2": "only the callback warns of overrides, no longer the Trainer",
    "steplr_epoch_ended_early": "since 2.5 an epoch that a hook ended early counts as finished",
}

torch.set_num_threads(1)
for name in ("lightning", "lightning.pytorch", "lightning.fabric"):
    logging.getLogger(name).setLevel(logging.ERROR)


def flat(tensor):
    return tensor.detach().reshape(-1).tolist()


class Trace:
    """What happens in a run, in the format of the traces."""

    def __init__(self):
        self.events, self.steps, self.extra = [], [], []

    def optimizer(self, optimizer, name):
        trace, base = self, type(optimizer)

        class Traced(base):
            def step(self, closure=None):
                trace.events.append(f"{name}.step>")
                ret = base.step(self, closure and trace.closure(closure, name))
                trace.events.append(f"{name}.step<")
                parameters = [p for group in self.param_groups for p in group["params"]]
                trace.steps.append({
                    "opt": name,
                    "lr": [group["lr"] for group in self.param_groups],
                    "ret": None if ret is None else ret.item(),
                    "params": [flat(p) for p in parameters],
                    "grads": [None if p.grad is None else flat(p.grad) for p in parameters],
                })
                return ret

            def zero_grad(self, *args, **kwargs):
                trace.events.append(f"{name}.zero_grad")
                base.zero_grad(self, *args, **kwargs)

        # Loggers see the name of the class.
        Traced.__name__ = base.__name__
        optimizer.__class__ = Traced
        return optimizer

    def closure(self, closure, name):
        def traced():
            self.events.append(f"{name}.closure>")
            ret = closure()
            self.events.append(f"{name}.closure<")
            return ret

        return traced

    def scheduler(self, scheduler, name):
        trace, base = self, type(scheduler)

        class Traced(base):
            def step(self, *args):
                trace.events.append(f"{name}.step({', '.join(repr(float(metric)) for metric in args)})")
                base.step(self, *args)

        Traced.__name__ = base.__name__
        scheduler.__class__ = Traced
        return scheduler

    def hooks(self, module):
        no_hooks = {*dir(nn.Module), "automatic_optimization", "log", "log_dict", "print", "freeze", "unfreeze"}
        no_hooks |= {"optimizers", "lr_schedulers", "all_gather", "load_from_checkpoint", "save_hyperparameters"}
        names = [name for name in dir(pl.LightningModule) if not name.startswith(("_", "to_")) and name not in no_hooks]
        self.hook(module, [name for name in names if callable(getattr(pl.LightningModule, name))], "M")
        callback = type("Traced", (Callback,), {})()
        self.hook(callback, [name for name in dir(Callback) if name.startswith("on_") or name in ("setup", "teardown")], "C")
        return callback

    def hook(self, owner, names, tag):
        def call(hook, name, *args, **kwargs):
            self.events.append(f"{tag}.{name}")
            ret = hook(*args, **kwargs)
            if name in ("optimizer_step", "manual_backward", "backward", "training_step"):
                self.events.append(f"{tag}.{name}<")
            return ret

        for name in names:
            hook = getattr(owner, name)
            # Lightning looks through a partial to see whether a hook is overridden.
            object.__setattr__(owner, name, update_wrapper(partial(call, hook, name), hook))


class Loader(list):
    """Batches as they are: a DataLoader would have none that is None."""


class NotingLogger(Logger):
    """Notes what a logger gets."""

    name, version = "noting", 0

    def __init__(self):
        super().__init__()
        self.logs = []

    def log_metrics(self, metrics, step=None):
        self.logs.append({"step": step, "metrics": {name: float(value) for name, value in metrics.items()}})

    def log_hyperparams(self, *args, **kwargs):
        pass


def callback_of(spec):
    """`args` are positional, and an object at their end has the options by name."""
    args = spec.get("args", [])
    options = args[-1] if args and isinstance(args[-1], dict) else {}
    return getattr(pl.callbacks, spec["type"])(*args[: len(args) - bool(options)], **snake(options))


def notes_of(scenario, callbacks):
    specs = zip(scenario.get("callbacks", []), callbacks)
    notes = [{name: getattr(c, snaked(property)) for name, property in spec["notes"].items()} for spec, c in specs if "notes" in spec]
    return [{name: getattr(value, "item", lambda: value)() for name, value in note.items()} for note in notes]


def record(scenario):
    trace, recorded = Trace(), {"recordedWith": lightning.__version__}
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        module = module_of(scenario, trace)
        callbacks = []
        if "accumulationSchedule" in scenario:
            schedule = {int(epoch): batches for epoch, batches in scenario["accumulationSchedule"].items()}
            callbacks.append(GradientAccumulationScheduler(schedule))
        named = [callback_of(spec) for spec in scenario.get("callbacks", [])]
        callbacks.extend(named)
        if scenario.get("tracesHooks"):
            callbacks.append(trace.hooks(module))
        logger = NotingLogger() if scenario.get("logs") else False
        quiet = dict(logger=logger, enable_checkpointing=False, enable_progress_bar=False, enable_model_summary=False)
        options = {"max_epochs": 1, "num_sanity_val_steps": 0, **snake(scenario.get("trainer", {}))}
        trainer = pl.Trainer(accelerator="cpu", callbacks=callbacks, **quiet, **options)
        loaders = {kind: Loader(batches_of(scenario[kind])) for kind in ("train", "val", "test", "predict") if kind in scenario}
        if "valLoaders" in scenario:
            loaders["val"] = [Loader(batches_of(spec)) for spec in scenario["valLoaders"]]
        run = scenario.get("run", "fit")
        if run == "fit":
            trainer.fit(module, loaders["train"], loaders.get("val"))
        else:
            getattr(trainer, run)(module, loaders["val" if run == "validate" else run])
    recorded["final"] = {
        "global_step": trainer.global_step,
        "current_epoch": trainer.current_epoch,
        "params": {name: flat(value) for name, value in module.state_dict().items()},
        "callback_metrics": {name: value.item() for name, value in trainer.callback_metrics.items()},
        "logged_metrics": {name: value.item() for name, value in trainer.logged_metrics.items()},
    }
    if logger:
        trace.extra.append({"logs": logger.logs, "progBar": sorted(trainer.progress_bar_metrics)})
    trace.extra.extend(notes_of(scenario, named))
    ours = [warning for warning in caught if not issubclass(warning.category, (DeprecationWarning, FutureWarning))]
    recorded["warnings"] = sorted({w.category.__name__ for w in ours if "many workers" not in str(w.message)})
    return {**recorded, "events": trace.events, "steps": trace.steps, **({"extra": trace.extra} if trace.extra else {})}


def scenarios():
    program = "import('./packages/conformance/src/index.ts').then((m) => console.log(JSON.stringify(m.loopScenarios)))"
    command = ["npx", "tsx", "--conditions=@voltaic/source", "--eval", program]
    return json.loads(subprocess.run(command, cwd=ROOT, check=True, capture_output=True).stdout)


def is_recorded_here(scenario, before):
    is_refused = scenario.get("optimization") != "manual" and len(scenario["optimizers"]) > 1
    return scenario["name"] not in before and scenario["name"] not in OTHERWISE and not is_refused


if __name__ == "__main__":
    files = ["traces.json", "trainer-traces.json", "precision-traces.json"]
    before = {name for file in files for name in json.loads((RECORDED / file).read_text())["traces"]}
    chosen = [scenario for scenario in scenarios() if is_recorded_here(scenario, before)]
    # A process each: some warnings are given once in a process.
    with multiprocessing.get_context("fork").Pool(1, maxtasksperchild=1) as pool:
        traces = pool.map(record, chosen, chunksize=1)
    origin = f"PyTorch {torch.__version__}, Lightning {lightning.__version__}, made by tools/golden/{Path(__file__).name}"
    lines = [f"{json.dumps(scenario['name'])}: {json.dumps(trace)}" for scenario, trace in zip(chosen, traces)]
    path = RECORDED / "more-traces.json"
    path.write_text(f'{{\n"origin": {json.dumps(origin)},\n"traces": {{\n' + ",\n".join(lines) + "\n}}\n")
    print(f"{path.name}: {len(lines)} traces")
