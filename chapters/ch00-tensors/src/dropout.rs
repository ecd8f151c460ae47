//! Forgetting at random.

use tch::{Kind, Tensor};

// ANCHOR: dropout
/// While training, sets a share of the numbers to 0 at random and divides the others by what is
/// left, `1 - share`, so that their mean stays. Otherwise, nothing changes.
///
/// libtorch's own draws one random number after the other on the CPU and asks each whether it
/// falls below `share`. Here a draw of 64 bits decides about four places, 16 bits for each.
///
/// # Shapes
/// - `x`: any; the result has the same
///
/// # Panics
/// When `share` is not at least 0 and below 1.
///
/// Source: Srivastava et al. (2014), "Dropout: A Simple Way to Prevent Neural Networks from
/// Overfitting", section 4, JMLR 15.
pub fn dropout(x: &Tensor, share: f64, train: bool) -> Tensor {
    assert!((0.0..1.0).contains(&share), "a share of {share} can't be dropped");
    if !train || share == 0.0 {
        return x.shallow_clone();
    }
    let n = x.numel() as i64;
    let draws = Tensor::empty([(n + 3) / 4], (Kind::Int64, x.device()))
        .random_from_(i64::MIN, None); // all 64 bits, not only those of positive numbers
    let numbers = draws.view_dtype(Kind::Int16).narrow(0, 0, n); // -32768 to 32767
    let border = (share * 65_536.0).round() as i64 - 32_768;
    let kept = numbers.ge(border).to_kind(x.kind()) / (1.0 - share);
    x * kept.view(x.size().as_slice())
}
// ANCHOR_END: dropout

#[cfg(test)]
mod tests {
    use super::*;
    use tch::Device;

    fn ones(n: i64) -> Tensor {
        Tensor::ones([n], (Kind::Float, Device::Cpu))
    }

    #[test]
    fn so_many_numbers_are_dropped_and_the_mean_stays() {
        let _generator = testkit::seed(3);
        for share in [0.1, 0.2, 0.5] {
            let x = dropout(&ones(1_000_001), share, true);
            let dropped = 1.0 - x.count_nonzero(0).double_value(&[]) / 1_000_001.0;
            let spread = (share * (1.0 - share) / 1e6).sqrt(); // of the share
            assert!((dropped - share).abs() < 5.0 * spread, "{share}: {dropped}");
            assert!((x.max().double_value(&[]) - 1.0 / (1.0 - share)).abs() < 1e-6);
        }
    }

    #[test]
    fn neighbours_are_dropped_independently() {
        let _generator = testkit::seed(4);
        let kept = dropout(&ones(1_000_000), 0.5, true).view([-1, 4]) / 2.0;
        for step in 1..4 {
            let both = kept.select(1, 0) * kept.select(1, step);
            let share = both.mean(Kind::Float).double_value(&[]);
            assert!((share - 0.25).abs() < 5e-3, "{step} places on: {share}");
        }
    }

    #[test]
    fn the_gradient_passes_where_the_number_did() {
        let _generator = testkit::seed(5);
        let x = ones(100).set_requires_grad(true);
        let y = dropout(&x, 0.3, true);
        y.sum(Kind::Float).backward();
        assert!(x.grad().equal(&y), "each number was 1");
    }

    #[test]
    fn one_seed_drops_the_same_places() {
        let _generator = testkit::seed(6);
        let draw = |seed| {
            tch::manual_seed(seed);
            dropout(&ones(50), 0.5, true)
        };
        assert!(draw(1).equal(&draw(1)));
        assert!(!draw(1).equal(&draw(2)));
    }

    #[test]
    fn nothing_is_dropped_outside_training_or_with_a_share_of_zero() {
        assert!(dropout(&ones(9), 0.5, false).equal(&ones(9)));
        assert!(dropout(&ones(9), 0.0, true).equal(&ones(9)));
    }
}
