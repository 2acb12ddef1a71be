"""A training loop for a device that is lent by the minute: the run ends annealed when its seconds are over.

Progress is the share of the seconds that has passed; rate and sizes follow it. Nothing in a step waits for the
device; figures are fetched every LOG_EVERY steps.
"""
import time
from pathlib import Path

import torch

from training_loop import Average, Log

WARM_UP = 200  # steps
LOG_EVERY = 50
SAVE_EVERY = 60  # seconds
CONSTANT = 0.45  # of the run at the full rate; then it falls to zero
LARGEST_NORM = 1.0


class TimedRun:
    """`gradients(progress, scale)` leaves those of `scale` · loss in the model and returns terms to log;
    `validate(model)` → dict of figures. Half precision asks for a scale: `scaled` lets it grow until
    gradients overflow; such a step changes nothing."""

    def __init__(self, model, optimiser, gradients, validate, folder, seconds, rate, scaled):
        self.model, self.optimiser, self.gradients, self.validate = model, optimiser, gradients, validate
        self.folder, self.seconds, self.rate, self.scaled = Path(folder), seconds, rate, scaled
        self.folder.mkdir(parents=True, exist_ok=True)
        self.parameters = list(model.parameters())
        self.scale = torch.tensor(1024.0 if scaled else 1.0, device=self.parameters[0].device)
        self.average, self.step = Average(model), 0

    def rate_at(self, progress):
        falling = min(1.0, (1 - progress) / (1 - CONSTANT))
        return self.rate * min(1.0, (self.step + 1) / WARM_UP) * max(0.0, falling)

    def save(self):
        torch.save({"model": self.model.state_dict(), "average": self.average.model.state_dict(), "step": self.step},
                   self.folder / "latest.pt")

    def run(self):
        training, validation = Log(self.folder / "training.csv"), Log(self.folder / "validation.csv")
        started, sums, count = time.time(), {}, 0
        saved = started
        self._report(validation, 0.0)
        while (elapsed := time.time() - started) < self.seconds:
            rate = self.rate_at(elapsed / self.seconds)
            for group in self.optimiser.param_groups:
                group["lr"] = rate * group.get("ratio", 1.0)
            terms = self._step(elapsed / self.seconds)
            for key, value in terms.items():
                sums[key] = sums.get(key, 0) + value.detach().float()
            count, self.step = count + 1, self.step + 1
            if self.step % LOG_EVERY == 0:
                means = {key: (value / count).item() for key, value in sums.items()}
                sums, count = {}, 0
                training.write({"step": self.step, "seconds": round(elapsed, 1), "rate": rate, **means})
                if self.step % (10 * LOG_EVERY) == 0:
                    print(self.step, {k: round(v, 4) for k, v in means.items()}, flush=True)
            if time.time() - saved > SAVE_EVERY:
                saved = time.time()
                self._report(validation, elapsed)
        self._report(validation, time.time() - started)

    def _report(self, validation, elapsed):
        self.save()
        figures = {"step": self.step, "seconds": round(elapsed, 1), **self.validate(self.average.model)}
        validation.write(figures)
        print({k: round(v, 4) for k, v in figures.items()}, flush=True)

    @torch.no_grad()
    def _step(self, progress):
        with torch.enable_grad():
            terms = self.gradients(progress, self.scale)
        gradients = [p.grad for p in self.parameters]
        torch._foreach_div_(gradients, self.scale)
        norm = torch.nn.utils.clip_grad_norm_(self.parameters, LARGEST_NORM)
        fine = torch.isfinite(norm)
        nothing = torch.zeros((), device=norm.device)
        for parameter in self.parameters:  # Asking whether all is fine would make the device wait for the answer.
            parameter.grad = torch.where(fine, parameter.grad, nothing)
        if self.scaled:
            self.scale.copy_(torch.where(fine, self.scale * 1.002, self.scale / 2).clamp(1, 2 ** 14))
        self.optimiser.step()
        self.average.update(self.model, self.step)
        return {**{name: torch.where(fine, value, nothing) for name, value in terms.items()},
                "norm": torch.where(fine, norm, nothing), "skipped": ~fine, "scale": self.scale.clone()}
