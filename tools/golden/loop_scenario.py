"""The scenarios of packages/conformance as Lightning modules: the same words, done by Lightning and PyTorch."""

import math
import re

import lightning.pytorch as pl
import torch
from torch import nn
from torch.nn import functional as F


def snaked(name):
    """A name as Python spells it."""
    name = {"checkValEveryNEpoch": "check_val_every_n_epoch", "logEveryNSteps": "log_every_n_steps"}.get(name, name)
    return re.sub(r"(?<=[a-z0-9])([A-Z])", lambda m: "_" + m[1].lower(), name)


def snake(options):
    """Options as Python spells them: `{"stepSize": 1}` is `{"step_size": 1}`."""
    return {snaked(name): x for name, x in options.items()}


def linear(weight, bias):
    layer = nn.Linear(len(weight[0]), len(weight)).double()
    with torch.no_grad():
        layer.weight.copy_(torch.tensor(weight, dtype=torch.float64))
        layer.bias.copy_(torch.tensor(bias, dtype=torch.float64))
    return layer


def layers_of(model):
    first = linear([[0.5, -0.3, 0.2], [0.1, 0.4, -0.6]], [0.05, -0.1])
    if model == "regression":
        return {"net": first}
    if model == "gan":
        return {"G": first, "D": linear([[0.7, -0.4]], [0.1])}
    assert model == "shared", model
    s = linear([[0.6, -0.2], [0.3, 0.5]], [0.1, -0.3])
    return {"a": first, "s": s, "b": linear([[-0.4, 0.2], [0.7, 0.1]], [0.2, 0.4])}


def loss_of(layers, name, x, y):
    def realness(z, target):
        logits = layers["D"](z)
        return F.binary_cross_entropy_with_logits(logits, torch.full_like(logits, target))

    if name == "loss":
        return F.mse_loss(torch.tanh(layers["net"](x)), y)
    if name == "errD":
        return realness(y, 1.0) + realness(layers["G"](x).detach(), 0.0)
    if name == "errG":
        return realness(layers["G"](x), 1.0)
    return F.mse_loss(layers["s"](layers["a"](x) if name == "lossA" else layers["b"](y)), y)


def batches_of(spec):
    rows, offset = spec.get("rows", 2), spec.get("offset", 0)
    numbers = spec["batches"] if isinstance(spec["batches"], list) else range(spec["batches"])

    def batch(first, count):
        ks = range(first, first + count)
        x = [[math.sin(1 + 0.7 * k + 0.3 * j) for j in range(3)] for k in ks]
        y = [[0.8 * math.cos(0.5 * k + j) for j in range(2)] for k in ks]
        return torch.tensor(x, dtype=torch.float64), torch.tensor(y, dtype=torch.float64)

    full = [None if b is None else batch(offset + rows * b, rows) for b in numbers]
    extra = spec.get("extraRows", 0)
    return [*full, batch(offset + rows * len(full), extra)] if extra else full


def holds(condition, batch_idx, is_last=False, epoch=None):
    if condition.get("epoch", epoch) != epoch:
        return False
    if (batch_idx + 1) % condition.get("every", 1) != 0:
        return False
    if condition.get("at", batch_idx) != batch_idx or condition.get("lastBatch", is_last) != is_last:
        return False
    return condition.get("optimizerIdx", 0) == 0


def listed(one_or_more):
    return one_or_more if isinstance(one_or_more, list) else [one_or_more]


class Performer:
    """Does the actions of one step, closure or hook. Each loss is computed when it is first named."""

    def __init__(self, module, batch, batch_idx, outputs=None):
        self.module, self.batch, self.batch_idx, self.outputs = module, batch, batch_idx, outputs
        self.losses = {}
        self.returned = None

    def run(self, actions):
        for action in actions:
            trainer = self.module.trainer
            if not holds(action, self.batch_idx, bool(trainer.is_last_batch), trainer.current_epoch):
                continue
            if "return" in action:
                loss = None if action["return"] is None else self.loss(action["return"])
                return {"loss": loss, **action["extras"]} if "extras" in action else loss
            self.do(action)
        return None

    def do(self, action):
        module = self.module
        if "note" in action:
            module.events.append(re.sub(r"\{(\S*?)\}", lambda m: self.value(m[1]), action["note"]))
        elif "notesFlags" in action:
            module.extra.append({name: p.requires_grad for name, p in module.named_parameters()})
        elif "zeroGrad" in action:
            self.optimizer(action["zeroGrad"]).zero_grad()
        elif "backward" in action:
            module.manual_backward(self.loss(action["backward"]) / action.get("dividedBy", 1))
        elif "step" in action:
            wrapped = self.optimizer(action["step"])
            optimizer = wrapped.optimizer if action.get("bypasses") else wrapped
            closure = action.get("closure")
            run = closure and (lambda: Performer(module, self.batch, self.batch_idx).run(closure))
            self.returned = optimizer.step(run) if run else optimizer.step()
        elif "clip" in action:
            optimizer = self.optimizer(action["clip"])
            module.clip_gradients(optimizer, action["to"], gradient_clip_algorithm=action.get("by", "norm"))
        elif "stepScheduler" in action:
            scheduler = module.schedulers[action["stepScheduler"]]
            assert any(scheduler is other for other in listed(module.lr_schedulers()))
            metric = action.get("metric")
            scheduler.step(*([module.trainer.callback_metrics[metric]] if metric else []))
        elif "toggle" in action:
            with self.optimizer(action["toggle"]).toggle_model():
                self.run(action["do"])
        elif "stop" in action:
            module.trainer.should_stop = True
        else:
            value = self.loss(action["loss"]) if "loss" in action else self.number(action["number"])
            module.log(action["log"], value, **snake(action.get("options", {})))

    def number(self, number):
        if number == "batchIdx":
            return float(self.batch_idx)
        return float(number[self.module.trainer.current_epoch] if isinstance(number, list) else number)

    def value(self, name):
        if name == "batchIdx":
            return str(self.batch_idx)
        if name == "gs":
            return str(self.module.trainer.global_step)
        if name == "sanity":
            return str(self.module.trainer.sanity_checking)
        if name == "stepReturned":
            return "None" if self.returned is None else repr(self.returned.item())
        if name == "outputs":
            return "{" + ", ".join(f'"{k}": {float(v)!r}' for k, v in self.outputs.items()) + "}"
        return repr(self.loss(name).item())

    def loss(self, name):
        if name not in self.losses:
            self.losses[name] = loss_of(self.module.layers, name, *self.batch)
        return self.losses[name]

    def optimizer(self, name):
        names = [spec["name"] for spec in self.module.scenario["optimizers"]]
        return listed(self.module.optimizers())[names.index(name)]


class ScenarioModule(pl.LightningModule):
    """`trace` wraps optimizers and schedulers as they are made."""

    def __init__(self, scenario, trace):
        super().__init__()
        self.scenario, self.trace = scenario, trace
        self.events, self.extra = trace.events, trace.extra
        self.automatic_optimization = scenario.get("optimization") != "manual"
        layers = layers_of(scenario["model"])
        for name, layer in layers.items():
            setattr(self, name, layer)
        # Not a property that PyTorch sees: each layer would be there twice.
        object.__setattr__(self, "layers", layers)
        object.__setattr__(self, "schedulers", {})
        for name, parameter in self.named_parameters():
            parameter.requires_grad = name not in scenario.get("frozen", [])

    def training_step(self, batch, batch_idx):
        return Performer(self, batch, batch_idx).run(self.scenario["trainingStep"])

    def configure_optimizers(self):
        specs = self.scenario["optimizers"]
        if not specs:
            return None
        entries = [self.entry(spec) for spec in specs]
        if all(len(entry) == 1 for entry in entries):
            entries = [entry["optimizer"] for entry in entries]
        return entries[0] if len(entries) == 1 else tuple(entries)

    def entry(self, spec):
        layers = [self.layers[name] for name in spec.get("layers", self.layers)]
        parameters = [parameter for layer in layers for parameter in layer.parameters()]
        made = getattr(torch.optim, spec["type"])(parameters, **snake(spec.get("options", {})))
        entry = {"optimizer": self.trace.optimizer(made, spec["name"])}
        if "monitor" in spec:
            entry["monitor"] = spec["monitor"]
        for scheduler in self.scenario.get("schedulers", []):
            made = getattr(torch.optim.lr_scheduler, scheduler["type"])
            made = self.trace.scheduler(made(entry["optimizer"], **snake(scheduler.get("options", {}))), scheduler["name"])
            self.schedulers[scheduler["name"]] = made
            config = scheduler.get("config")
            entry["lr_scheduler"] = made if config is None else {"scheduler": made, **snake(config)}
        return entry


def module_of(scenario, trace):
    """The module of a scenario. It overrides only what the scenario says."""
    overrides = {}
    for step in ("validation", "test", "predict"):
        if f"{step}Step" in scenario:
            overrides[f"{step}_step"] = step_of(scenario[f"{step}Step"])
    for hook, actions in scenario.get("hooks", {}).items():
        if hook == "onTrainBatchEnd":
            overrides["on_train_batch_end"] = on_train_batch_end(actions)
        else:
            overrides["on_train_epoch_end"] = on_train_epoch_end(actions)
    if "endsEpochAt" in scenario:
        overrides["on_train_batch_start"] = lambda self, batch, i: -1 if i == scenario["endsEpochAt"] else None
    if "optimizerStep" in scenario or "warmUp" in scenario:
        overrides["optimizer_step"] = optimizer_step
    if "configureGradientClipping" in scenario:
        overrides["configure_gradient_clipping"] = configure_gradient_clipping
    return type("Scenario", (ScenarioModule,), overrides)(scenario, trace)


def step_of(actions):
    def step(self, batch, batch_idx, dataloader_idx=0):
        return Performer(self, batch, batch_idx).run(actions)

    return step


def on_train_batch_end(actions):
    def hook(self, outputs, batch, batch_idx):
        Performer(self, batch, batch_idx, outputs).run(actions)

    return hook


def on_train_epoch_end(actions):
    def hook(self):
        Performer(self, None, -1).run(actions)

    return hook


def optimizer_step(self, epoch, batch_idx, optimizer, optimizer_closure):
    warm_up, done = self.scenario.get("warmUp"), self.trainer.global_step
    if warm_up and done < warm_up["steps"]:
        for group in optimizer.param_groups:
            group["lr"] = min(1.0, (done + 1) / warm_up["steps"]) * warm_up["lr"]
    rules = self.scenario.get("optimizerStep", [])
    how = next((rule["do"] for rule in rules if holds(rule, batch_idx)), "step")
    if how == "step":
        optimizer.step(closure=optimizer_closure)
    elif how == "closure":
        optimizer_closure()
    elif how == "bypass":
        optimizer.optimizer.step(closure=optimizer_closure)


def configure_gradient_clipping(self, optimizer, gradient_clip_val=None, gradient_clip_algorithm=None):
    rule = next((rule for rule in self.scenario["configureGradientClipping"] if holds(rule, -1)), None)
    if rule is None:
        return
    scaled = None if gradient_clip_val is None else gradient_clip_val * rule.get("factor", 1)
    algorithm = rule.get("gradientClipAlgorithm", gradient_clip_algorithm)
    self.clip_gradients(optimizer, rule.get("gradientClipVal", scaled), algorithm)
