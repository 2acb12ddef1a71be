"""An optimiser for weight matrices, used with PyTorch's AdamW.

A training step here costs many convolutions, so better-conditioned steps are worth their time.
"""
import torch


def as_matrix(tensor):
    """Returns a convolution's weights as [outputs, inputs·kh·kw]. Vectors stay vectors."""
    return tensor.reshape(tensor.shape[0], -1) if tensor.dim() > 2 else tensor


class Soap(torch.optim.Optimizer):
    """Adam in the slowly updated eigenbasis of Shampoo's preconditioner (Vyas et al. 2024, arXiv
    2409.11321).

    A side longer than `max_side` keeps its own basis, because rotating it costs more time than it
    saves. Matrices of one shape are updated together as one tensor [k,rows,columns]. Separately, a
    step's many small operations would take longer to start than to run on a GPU.
    """

    def __init__(self, parameters, lr, betas=(0.95, 0.95), eps=1e-8, every=20, max_side=256):
        super().__init__(parameters, {"lr": lr, "betas": betas, "eps": eps, "every": every,
                                      "max_side": max_side})

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            stacks = {}
            for parameter in group["params"]:
                if parameter.grad is not None:
                    stacks.setdefault(as_matrix(parameter).shape, []).append(parameter)
            for stack in stacks.values():
                self._step(stack, torch.stack([as_matrix(p.grad) for p in stack]), group)

    def _step(self, stack, gradient, group):
        state, (beta1, beta2) = self.state[stack[0]], group["betas"]
        if not state:
            state.update(step=0, mean=torch.zeros_like(gradient), square=torch.zeros_like(gradient))
            state["outer"] = [gradient.new_zeros(len(stack), n, n) if n <= group["max_side"] else None
                              for n in gradient.shape[1:]]
            self._accumulate(state["outer"], gradient, 0.0)
            state["basis"] = [None if o is None else torch.linalg.eigh(o)[1].flip(2)
                              for o in state["outer"]]
            return  # the first gradient only sets the basis
        state["step"] += 1
        rotated = self._rotate(gradient, state["basis"])
        state["mean"].lerp_(gradient, 1 - beta1)
        state["square"].lerp_(rotated.square(), 1 - beta2)
        correction = (1 - beta2 ** state["step"]) ** 0.5 / (1 - beta1 ** state["step"])
        update = self._rotate(state["mean"], state["basis"]) / (state["square"].sqrt() + group["eps"])
        update = self._rotate(update, state["basis"], back=True)
        updates = [u.view_as(p) for p, u in zip(stack, update)]
        torch._foreach_add_(stack, updates, alpha=-group["lr"] * correction)
        self._accumulate(state["outer"], gradient, beta2)
        if state["step"] % group["every"] == 0:
            self._refresh(state)

    @staticmethod
    def _accumulate(outer, gradient, beta):
        for side, o in enumerate(outer):
            if o is not None:
                g = gradient if side == 0 else gradient.mT
                o.lerp_(g @ g.mT, 1 - beta)

    @staticmethod
    def _rotate(matrix, basis, back=False):
        for side, q in enumerate(basis):
            if q is not None:
                q = q.mT if back else q
                matrix = q.mT @ matrix if side == 0 else matrix @ q
        return matrix

    @staticmethod
    def _refresh(state):
        """Updates the basis by one step of power iteration, made orthogonal again. Directions stay
        in order of their size."""
        for side, (o, q) in enumerate(zip(state["outer"], state["basis"])):
            if q is None:
                continue
            order = torch.argsort((q * (o @ q)).sum(1), dim=1, descending=True)
            across = order[:, :, None] if side == 0 else order[:, None, :]
            state["square"] = torch.take_along_dim(state["square"], across, side + 1)
            state["basis"][side] = torch.linalg.qr(o @ torch.take_along_dim(q, order[:, None, :], 2))[0]


class Both:
    """Combines two optimisers, each with its own parameters and learning rate ratio."""

    def __init__(self, *optimisers):
        self.optimisers = optimisers

    @property
    def param_groups(self):
        """Returns the groups of both optimisers. They are collected on every call, because loading
        a state replaces the lists."""
        return [g for o in self.optimisers for g in o.param_groups]

    def step(self):
        for optimiser in self.optimisers:
            optimiser.step()

    def zero_grad(self):
        for optimiser in self.optimisers:
            optimiser.zero_grad(set_to_none=True)

    def state_dict(self):
        return [o.state_dict() for o in self.optimisers]

    def load_state_dict(self, states):
        for optimiser, state in zip(self.optimisers, states):
            optimiser.load_state_dict(state)


def make_optimiser(name, model, lr, slow=(), ratio=0.2, max_side=256):
    """Returns AdamW for all parameters (`adamw`), or SOAP for matrices and AdamW for the others
    (`soap`).

    The parameters `slow` learn at `ratio` times the rate of the others, because nothing normalises
    their layer's output.
    """
    matrix = lambda p: p.dim() >= 2 and min(as_matrix(p).shape) >= 3 and not (
        p.dim() == 4 and p.shape[1] == 1)
    is_slow = lambda p: any(p is q for q in slow)

    def groups(wanted):
        split = [([p for p in model.parameters() if wanted(p) and is_slow(p) == late], r)
                 for late, r in ((False, 1.0), (True, ratio))]
        return [{"params": parameters, "ratio": r} for parameters, r in split if parameters]

    adamw = lambda wanted: torch.optim.AdamW(groups(wanted), lr, betas=(0.9, 0.99), weight_decay=0.0)
    if name == "adamw":
        return Both(adamw(lambda p: True))
    return Both(Soap(groups(matrix), lr, max_side=max_side), adamw(lambda p: not matrix(p)))
