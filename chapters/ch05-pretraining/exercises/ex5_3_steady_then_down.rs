//! Exercise 5.3 (10 points): up, along, and down.

// ANCHOR: task
/// A learning rate that climbs, stays, and falls.
///
/// The first `warmup` steps climb in a line, as on the page, and the last of them has
/// `peak`. The last `cooldown` steps are half a cosine from `peak` to 0: the first of
/// them still has `peak`, and 0 would be reached by step number `steps`. What lies
/// between has `peak`.
#[derive(Clone, Copy)]
pub struct Trapezoid {
    /// The largest rate
    pub peak: f64,
    /// Steps that climb
    pub warmup: usize,
    /// Steps that fall
    pub cooldown: usize,
    /// Steps in all: at least as many as climb and fall
    pub steps: usize,
}
// ANCHOR_END: task

impl Trapezoid {
    // ANCHOR: task_rate
    /// The rate of step `step`, counted from 0. From step number `steps` on it is 0.
    pub fn rate(&self, step: usize) -> f64 {
        // ANCHOR_END: task_rate
        // SOLUTION: begin
        let fall = self.steps - self.cooldown;
        if step >= self.steps {
            0.0
        } else if step < self.warmup {
            self.peak * (step + 1) as f64 / self.warmup as f64
        } else if step < fall {
            self.peak
        } else {
            let done = (step - fall) as f64 / self.cooldown as f64; // 0 -> 1
            self.peak * 0.5 * (1.0 + (std::f64::consts::PI * done).cos())
        }
        // SOLUTION: end
    }
}

/// Ten steps: four up, two along, four down.
const TEN: Trapezoid = Trapezoid { peak: 8.0, warmup: 4, cooldown: 4, steps: 10 };

/// Demands that the rates of the first steps are these.
fn assert_rates(schedule: Trapezoid, by_hand: &[f64]) {
    for (step, wanted) in by_hand.iter().enumerate() {
        let rate = schedule.rate(step);
        assert!((rate - wanted).abs() < 1e-3, "step {step}: {rate}, not {wanted}");
    }
}

// ANCHOR: tests
#[test]
fn it_climbs_in_a_line_and_stays() {
    assert_rates(TEN, &[2.0, 4.0, 6.0, 8.0, 8.0, 8.0]);
}

#[test]
fn it_falls_along_half_a_cosine() {
    // (1 + cos 45°) / 2 = 0.854, (1 + cos 90°) / 2 = 0.5, (1 + cos 135°) / 2 = 0.146
    let fall = [6, 7, 8, 9].map(|step| TEN.rate(step));
    for (rate, wanted) in fall.into_iter().zip([8.0, 6.828, 4.0, 1.172]) {
        assert!((rate - wanted).abs() < 1e-3, "{fall:?}");
    }
}

#[test]
fn after_the_last_step_it_is_zero() {
    assert_eq!([10, 11, 1000].map(|step| TEN.rate(step)), [0.0; 3]);
}
// ANCHOR_END: tests

// HIDDEN: begin
#[test]
fn without_warm_up_it_begins_at_the_peak() {
    let schedule = Trapezoid { warmup: 0, ..TEN };
    assert_rates(schedule, &[8.0, 8.0, 8.0, 8.0, 8.0, 8.0, 8.0, 6.828]);
}

#[test]
fn without_cooldown_it_stays_to_the_end() {
    let schedule = Trapezoid { cooldown: 0, ..TEN };
    assert_rates(
        schedule,
        &[2.0, 4.0, 6.0, 8.0, 8.0, 8.0, 8.0, 8.0, 8.0, 8.0, 0.0],
    );
}

#[test]
fn warm_up_and_cooldown_may_touch() {
    let schedule = Trapezoid { peak: 1.0, warmup: 2, cooldown: 2, steps: 4 };
    assert_rates(schedule, &[0.5, 1.0, 1.0, 0.5, 0.0]);
}

#[test]
fn a_whole_run_of_cooldown_is_the_pages_schedule_without_a_floor() {
    let ours = Trapezoid { peak: 3e-3, warmup: 10, cooldown: 90, steps: 100 };
    let pages = ch05::Schedule { peak: 3e-3, floor: 0.0, warmup: 10, steps: 100 };
    for step in 0..100 {
        let (ours, pages) = (ours.rate(step), pages.rate(step as i64));
        assert!((ours - pages).abs() < 1e-12, "step {step}: {ours}, not {pages}");
    }
}

#[test]
fn it_never_leaves_its_bounds_and_never_turns_twice() {
    let schedule = Trapezoid { peak: 0.7, warmup: 7, cooldown: 13, steps: 40 };
    let rates: Vec<f64> = (0..60).map(|step| schedule.rate(step)).collect();
    assert!(rates.iter().all(|rate| (0.0..=0.7).contains(rate)), "{rates:?}");
    assert!(rates[..7].is_sorted() && rates[7..].is_sorted_by(|a, b| a >= b));
}
// HIDDEN: end
