"""A training loop for a device that is lent by the minute.

The learning rate has fallen to zero when the time is over.

The run's progress is the share of the time that has passed. The learning rate and the sizes depend
on it. No part of a step waits for the device, and figures are fetched every LOG_EVERY steps.
"""
import time
from pathlib import Path

import torch

from training_loop import Average, Log

LOG_EVERY = 50
SAVE_EVERY = 120  # interval in seconds
FALL = 0.04  # a larger fall of "ssim" below the best counts as a failure
LARGEST_NORM = 1.0


class TimedRun:
    """Trains a model for `seconds`.

    - `gradients(progress)` leaves the loss's gradients in the model and returns terms to log.
    - `validate(model)` returns a dict of figures.
    - `constant` is the share of the run at the full learning rate. Then the rate falls to zero.
    - `warm_up` is the number of steps over which the rate rises at first.

    The state with the best "ssim" is kept beside the last state. If "ssim" falls far below the
    best, the run returns to that state at half the rate. A step whose gradients are not finite
    changes nothing.
    """

    def __init__(self, model, optimiser, gradients, validate, folder, seconds, rate, constant, warm_up):
        self.model, self.optimiser, self.gradients, self.validate = model, optimiser, gradients, validate
        self.folder, self.seconds, self.rate = Path(folder), seconds, rate
        self.constant, self.warm_up = constant, warm_up
        self.folder.mkdir(parents=True, exist_ok=True)
        self.parameters = list(model.parameters())
        self.average, self.step, self.best = Average(model), 0, 0.0

    def rate_at(self, progress):
        falling = min(1.0, (1 - progress) / max(1 - self.constant, 1e-3))
        return self.rate * min(1.0, (self.step + 1) / self.warm_up) * max(0.0, falling)

    def save(self, name):
        torch.save({"model": self.model.state_dict(), "average": self.average.model.state_dict(), "step": self.step},
                   self.folder / name)

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
        self.save("latest.pt")
        figures = {"step": self.step, "seconds": round(elapsed, 1), **self.validate(self.average.model)}
        if figures["ssim"] > self.best:
            self.best = figures["ssim"]
            self.save("best.pt")
        elif not figures["ssim"] > self.best - FALL:
            self._go_back()
        validation.write(figures)
        print({k: round(v, 4) for k, v in figures.items()}, flush=True)

    def _go_back(self):
        state = torch.load(self.folder / "best.pt", weights_only=True)
        self.model.load_state_dict(state["model"])
        self.average.model.load_state_dict(state["average"])
        self.rate /= 2
        print(f"step {self.step}: back to step {state['step']} at half the rate", flush=True)

    @torch.no_grad()
    def _step(self, progress):
        with torch.enable_grad():
            terms = self.gradients(progress)
        norm = torch.nn.utils.clip_grad_norm_(self.parameters, LARGEST_NORM)
        fine = torch.isfinite(norm)
        nothing = torch.zeros((), device=norm.device)
        for parameter in self.parameters:  # not an if: reading `fine` would make the program wait for the device
            parameter.grad = torch.where(fine, parameter.grad, nothing)
        self.optimiser.step()
        self.average.update(self.model, self.step)
        return {**{name: torch.where(fine, value, nothing) for name, value in terms.items()},
                "norm": torch.where(fine, norm, nothing), "skipped": ~fine}
