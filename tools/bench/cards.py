"""What GPUs can do at most."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Card:
    """Limits by its maker's data sheet, without sparsity.

    Attributes:
        fp32: operations a second in float32.
        tf32: operations a second of the matrix units on float32 rounded to 10 bits.
        source: which data sheet.
    """

    fp32: float
    tf32: float
    source: str


_TERA = 1e12

CARDS: dict[str, Card] = {
    "NVIDIA H200": Card(67 * _TERA, 494.5 * _TERA, "NVIDIA H200 Tensor Core GPU data sheet, SXM"),
    "NVIDIA H100 80GB HBM3": Card(
        67 * _TERA, 494.5 * _TERA, "NVIDIA H100 Tensor Core GPU data sheet, SXM"
    ),
    "NVIDIA A100-SXM4-80GB": Card(
        19.5 * _TERA, 156 * _TERA, "NVIDIA A100 Tensor Core GPU data sheet, SXM"
    ),
    "NVIDIA L40S": Card(91.6 * _TERA, 183 * _TERA, "NVIDIA L40S data sheet"),
}
"""By the name that torch.cuda.get_device_name gives."""
