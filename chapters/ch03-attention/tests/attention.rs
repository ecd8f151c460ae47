//! The promises of chapter 3: attention.
//!
//! Numbers marked "book" are those printed in Raschka, "Build a Large Language Model (From
//! Scratch)" (2024), chapter 3, with PyTorch's seeds.

use std::path::Path;

use ch03::*;
use tch::nn::{Module, ModuleT, VarStore};
use tch::{Device, Kind, Tensor};
use testkit::{assert_causal, assert_close, golden, matrix};

const CPU: (Kind, Device) = (Kind::Float, Device::Cpu);

fn store() -> VarStore {
    VarStore::new(Device::Cpu)
}

/// Two copies of the journey: `(2, 6, 3)`.
fn batch() -> Tensor {
    Tensor::stack(&[simple::journey(), simple::journey()], 0)
}

// ---- Unweighted ---------------------------------------------------------------------------

#[test]
fn unweighted_attention_gives_the_books_contexts() {
    let contexts = matrix(&[
        [0.4421, 0.5931, 0.5790],
        [0.4419, 0.6515, 0.5683],
        [0.4431, 0.6496, 0.5671],
        [0.4304, 0.6298, 0.5510],
        [0.4671, 0.5910, 0.5266],
        [0.4177, 0.6503, 0.5645],
    ]);
    assert_close(&simple::contexts(&simple::journey()), &contexts, 1e-4);
}

#[test]
fn one_product_equals_the_loop_over_all_pairs() {
    let x = simple::journey();
    let scores = simple::scores(&x);
    for i in 0..6 {
        for j in 0..6 {
            let by_hand = (0..3)
                .map(|c| x.double_value(&[i, c]) * x.double_value(&[j, c]))
                .sum::<f64>();
            assert!((scores.double_value(&[i, j]) - by_hand).abs() < 1e-6);
        }
    }
}

#[test]
fn the_naive_softmax_agrees_until_it_overflows() {
    let small = matrix(&[[0.1, -0.2, 0.3, -0.2, 0.5]]);
    let expected = matrix(&[[0.1925, 0.1426, 0.2351, 0.1426, 0.2872]]);
    assert_close(&simple::naive_softmax(&small), &expected, 1e-4);
    assert_close(&small.softmax(-1, Kind::Float), &expected, 1e-4);

    let large = matrix(&[[100.0, 100.0]]);
    assert!(simple::naive_softmax(&large).isnan().any().int64_value(&[]) == 1);
    assert_close(&large.softmax(-1, Kind::Float), &matrix(&[[0.5, 0.5]]), 0.0);
}

// ---- Trainable ----------------------------------------------------------------------------

#[test]
fn attention_with_bare_matrices_gives_the_books_contexts() {
    let _generator = testkit::seed(123);
    let variables = store();
    let attention = SelfAttentionV1::new(&variables.root(), 3, 2);
    let contexts = matrix(&[
        [0.2996, 0.8053],
        [0.3061, 0.8210],
        [0.3058, 0.8203],
        [0.2948, 0.7939],
        [0.2927, 0.7891],
        [0.2990, 0.8040],
    ]);
    assert_close(&attention.forward(&simple::journey()), &contexts, 1e-4);
}

#[test]
fn attention_with_linear_layers_gives_the_books_contexts() {
    let _generator = testkit::seed(789);
    let variables = store();
    let attention =
        SelfAttentionV2::new(&variables.root(), HeadConfig::plain(3, 2));
    let contexts = matrix(&[
        [-0.0739, 0.0713],
        [-0.0748, 0.0703],
        [-0.0749, 0.0702],
        [-0.0760, 0.0685],
        [-0.0763, 0.0679],
        [-0.0754, 0.0693],
    ]);
    assert_close(&attention.forward(&simple::journey()), &contexts, 1e-4);
}

// ---- Causal -------------------------------------------------------------------------------

#[test]
fn the_mask_hides_what_lies_strictly_above_the_diagonal() {
    let mask = causal_mask(3, Device::Cpu).to_kind(Kind::Float);
    assert_close(&mask, &matrix(&[[0., 1., 1.], [0., 0., 1.], [0., 0., 0.]]), 0.0);
}

#[test]
fn causal_weights_are_the_books() {
    let _generator = testkit::seed(789);
    let variables = store();
    let head = CausalAttention::new(&variables.root(), HeadConfig::plain(3, 2));
    let weights = matrix(&[
        [1.0000, 0.0000, 0.0000, 0.0000, 0.0000, 0.0000],
        [0.5517, 0.4483, 0.0000, 0.0000, 0.0000, 0.0000],
        [0.3800, 0.3097, 0.3103, 0.0000, 0.0000, 0.0000],
        [0.2758, 0.2460, 0.2462, 0.2319, 0.0000, 0.0000],
        [0.2175, 0.1983, 0.1984, 0.1888, 0.1971, 0.0000],
        [0.1935, 0.1663, 0.1666, 0.1542, 0.1666, 0.1529],
    ]);
    assert_close(&head.weights(&batch()).get(0), &weights, 1e-4);
}

// ANCHOR: two_masks
#[test]
fn masking_before_softmax_equals_renormalising_after_it() {
    let _generator = testkit::seed(1);
    let [q, k] = [0, 1].map(|_| Tensor::randn([2, 3, 7, 4], CPU));
    assert_close(&causal_weights(&q, &k), &renormalised_weights(&q, &k), 1e-6);
}
// ANCHOR_END: two_masks

// ANCHOR: dropout_share
#[test]
fn dropout_keeps_about_its_share_and_rescales_it() {
    let _generator = testkit::seed(1);
    let kept = Tensor::ones([1000, 1000], CPU).dropout(0.3, true);
    let zeros =
        kept.eq(0.0).to_kind(Kind::Float).mean(Kind::Float).double_value(&[]);
    assert!((zeros - 0.3).abs() < 0.01, "{zeros}");
    assert!((kept.max().double_value(&[]) - 1.0 / 0.7).abs() < 1e-6);
}
// ANCHOR_END: dropout_share

#[test]
fn dropout_is_off_outside_training() {
    let _generator = testkit::seed(1);
    let variables = store();
    let config = HeadConfig { dropout: 0.9, ..HeadConfig::plain(3, 2) };
    let head = CausalAttention::new(&variables.root(), config);
    let x = batch();
    assert_close(&head.forward_t(&x, false), &head.forward_t(&x, false), 0.0);
    assert!(
        head.forward_t(&x, true)
            .ne_tensor(&head.forward_t(&x, false))
            .any()
            .int64_value(&[])
            == 1
    );
}

// ---- Heads --------------------------------------------------------------------------------

#[test]
fn two_wrapped_heads_give_the_books_contexts() {
    let _generator = testkit::seed(123);
    let variables = store();
    let heads =
        MultiHeadWrapper::new(&variables.root(), 2, HeadConfig::plain(3, 2));
    let contexts = matrix(&[
        [-0.4519, 0.2216, 0.4772, 0.1063],
        [-0.5874, 0.0058, 0.5891, 0.3257],
        [-0.6300, -0.0632, 0.6202, 0.3860],
        [-0.5675, -0.0843, 0.5478, 0.3589],
        [-0.5526, -0.0981, 0.5321, 0.3428],
        [-0.5299, -0.1081, 0.5077, 0.3493],
    ]);
    let y = heads.forward_t(&batch(), false);
    assert_eq!(y.size(), [2, 6, 4]);
    assert_close(&y.get(0), &contexts, 1e-4);
    assert_close(&y.get(1), &contexts, 1e-4);
}

#[test]
fn two_split_heads_give_the_books_contexts() {
    let _generator = testkit::seed(123);
    let variables = store();
    let attention =
        MultiHeadAttention::new(&variables.root(), 2, HeadConfig::plain(3, 2));
    let contexts = matrix(&[
        [0.3190, 0.4858],
        [0.2943, 0.3897],
        [0.2856, 0.3593],
        [0.2693, 0.3873],
        [0.2639, 0.3928],
        [0.2575, 0.4028],
    ]);
    assert_close(&attention.forward_t(&batch(), false).get(0), &contexts, 1e-4);
}

#[test]
fn splitting_then_merging_changes_nothing() {
    let _generator = testkit::seed(1);
    for (b, t, c, h) in [(1, 1, 4, 2), (2, 5, 12, 3), (3, 7, 6, 6), (2, 4, 8, 1)] {
        let x = Tensor::randn([b, t, c], CPU);
        let split = split_heads(&x, h);
        assert_eq!(split.size(), [b, h, t, c / h]);
        assert_close(&merge_heads(&split), &x, 0.0);
    }
}

// ANCHOR: split_equals_wrapper
#[test]
fn one_split_product_equals_separate_heads() {
    let _generator = testkit::seed(1);
    let (apart, joined) = (store(), store());
    let wrapper = MultiHeadWrapper::new(&apart.root(), 3, HeadConfig::plain(6, 4));
    let attention =
        MultiHeadAttention::new(&joined.root(), 3, HeadConfig::plain(6, 12));

    // Put the heads' matrices side by side, and let the last layer pass everything through.
    let (from, mut to) = (apart.variables(), joined.variables());
    tch::no_grad(|| {
        for name in ["w_query", "w_key", "w_value"] {
            let heads: Vec<_> =
                (0..3).map(|i| &from[&format!("{i}.{name}.weight")]).collect();
            let joined =
                to.get_mut(&format!("{name}.weight")).expect("the layer has it");
            joined.copy_(&Tensor::cat(&heads, 1)); // three of (6, 4) -> (6, 12)
        }
        to.get_mut("out_proj.weight")
            .expect("the layer has it")
            .copy_(&Tensor::eye(12, CPU));
        to.get_mut("out_proj.bias")
            .expect("the layer has it")
            .copy_(&Tensor::zeros(12, CPU));
    });

    let x = Tensor::randn([2, 5, 6], CPU);
    assert_close(
        &attention.forward_t(&x, false),
        &wrapper.forward_t(&x, false),
        1e-6,
    );
    assert_close(&attention.weights(&x), &wrapper.weights(&x), 1e-6);
}
// ANCHOR_END: split_equals_wrapper

// ---- GPT-2's form -------------------------------------------------------------------------

fn gpt2_config(n_embd: i64, n_head: i64, kernel: Kernel) -> SelfAttentionConfig {
    SelfAttentionConfig {
        n_embd,
        n_head,
        attn_dropout: 0.0,
        resid_dropout: 0.0,
        qkv_bias: true,
        init_std: 0.3,
        proj_init_std: 0.3,
        kernel,
    }
}

#[test]
fn one_product_for_all_three_equals_three_products() {
    let _generator = testkit::seed(1);
    let (three, one) = (store(), store());
    let config = HeadConfig { qkv_bias: true, ..HeadConfig::plain(12, 12) };
    let split = MultiHeadAttention::new(&three.root(), 3, config);
    let fused =
        CausalSelfAttention::new(&one.root(), gpt2_config(12, 3, Kernel::Explicit));

    let (from, mut to) = (three.variables(), one.variables());
    tch::no_grad(|| {
        for kind in ["weight", "bias"] {
            let parts = ["w_query", "w_key", "w_value"]
                .map(|name| &from[&format!("{name}.{kind}")]);
            to.get_mut(&format!("c_attn.{kind}"))
                .unwrap()
                .copy_(&Tensor::cat(&parts, -1));
            let out = &from[&format!("out_proj.{kind}")];
            to.get_mut(&format!("c_proj.{kind}")).unwrap().copy_(out);
        }
    });

    let x = Tensor::randn([2, 5, 12], CPU);
    assert_close(&fused.forward_t(&x, false), &split.forward_t(&x, false), 1e-5);
}

#[test]
fn the_fused_kernel_equals_the_formula() {
    for (b, t, c, h) in [(1, 1, 8, 2), (2, 9, 12, 3), (3, 33, 64, 4)] {
        let layer = |kernel| {
            let _generator = testkit::seed(7);
            let variables = store();
            CausalSelfAttention::new(&variables.root(), gpt2_config(c, h, kernel))
        };
        let [formula, fused] = [Kernel::Explicit, Kernel::Fused].map(layer);
        let _generator = testkit::seed(8);
        let x = Tensor::randn([b, t, c], CPU);
        assert_close(
            &fused.forward_t(&x, false),
            &formula.forward_t(&x, false),
            1e-5,
        );
    }
}

#[test]
fn sixteen_bits_are_trained_in_blocks() {
    let output = |kernel, t, train| {
        let _generator = testkit::seed(7);
        let mut variables = store();
        let layer =
            CausalSelfAttention::new(&variables.root(), gpt2_config(64, 4, kernel));
        let x = Tensor::randn([2, t, 64], CPU);
        variables.bfloat16();
        layer.forward_t(&x.to_kind(Kind::BFloat16), train)
    };
    for t in [1, 9, 256, 257, 700] {
        let blocks = output(Kernel::Blocks, t, true);
        assert!(output(Kernel::Fused, t, true).equal(&blocks), "{t}");
        // One block is the whole formula.
        let formula = output(Kernel::Explicit, t, true);
        assert!(t > 256 || formula.equal(&blocks), "{t}");
        assert_close(&formula, &blocks, 0.02);
        // What is only read is left to the kernel.
        let fused = output(Kernel::Fused, t, false);
        assert!(t == 1 || !fused.equal(&output(Kernel::Fused, t, true)), "{t}");
    }
}

#[test]
fn blocks_of_queries_equal_the_formula_and_so_do_their_gradients() {
    for t in [1, 255, 256, 257, 512, 600] {
        let [formula, blocks] = [Kernel::Explicit, Kernel::Blocks].map(|kernel| {
            let _generator = testkit::seed(7);
            let variables = store();
            let layer = CausalSelfAttention::new(
                &variables.root(),
                gpt2_config(12, 3, kernel),
            );
            let x = Tensor::randn([2, t, 12], CPU).set_requires_grad(true);
            let weights = Tensor::randn([2, t, 12], CPU);
            let contexts = layer.forward_t(&x, true);
            (&contexts * weights).sum(Kind::Float).backward();
            (contexts, x.grad())
        });
        assert_close(&formula.0, &blocks.0, 1e-5);
        assert_close(&formula.1, &blocks.1, 1e-4);
    }
}

#[test]
fn attentions_own_way_back_finds_autograds_gradients() {
    let _generator = testkit::seed(5);
    for (b, h, t, d) in [(1, 1, 1, 1), (2, 3, 9, 4), (2, 2, 300, 8), (1, 2, 513, 2)]
    {
        let heads = Tensor::randn([3, b, h, t, d], CPU);
        let slopes = Tensor::randn([b, h, t, d], CPU);
        let leaf = heads.copy().set_requires_grad(true);
        let [q, k, v] = [0, 1, 2].map(|part| leaf.select(0, part));
        let formula = causal_weights(&q, &k).matmul(&v);
        (&formula * &slopes).sum(Kind::Float).backward();

        let (contexts, way_back) = CausalContexts::forward(&heads);
        assert_close(&contexts, &formula, 1e-5);
        assert_close(&way_back.backward(&slopes), &leaf.grad(), 1e-4);
    }
}

#[test]
fn the_last_queries_alone_get_the_last_rows_of_the_weights() {
    let _generator = testkit::seed(3);
    let [q, k] = [(); 2].map(|()| Tensor::randn([2, 9, 4], CPU));
    let all = causal_weights(&q, &k);
    for n in 1..=9 {
        let last = causal_weights(&q.narrow(1, 9 - n, n), &k);
        assert_close(&last, &all.narrow(1, 9 - n, n), 1e-6);
    }
}

#[test]
fn both_kernels_agree_with_pytorchs_multi_head_attention() {
    let golden = golden(
        Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("tests/golden/attention.safetensors"),
    );
    for kernel in [Kernel::Explicit, Kernel::Fused] {
        let _generator = testkit::seed(1);
        let variables = store();
        let attention =
            CausalSelfAttention::new(&variables.root(), gpt2_config(12, 3, kernel));
        tch::no_grad(|| {
            for (name, mut parameter) in variables.variables() {
                parameter.copy_(&golden[&name]);
            }
        });
        let x = &golden["x"];
        assert_close(&attention.weights(x), &golden["weights"], 1e-5);
        assert_close(&attention.forward_t(x, false), &golden["y"], 1e-5);
    }
}

// ---- Causality and shapes, for all --------------------------------------------------------

#[test]
fn no_attention_layer_looks_ahead() {
    let _generator = testkit::seed(1);
    let (a, b, c, d, e) = (store(), store(), store(), store(), store());
    let config = HeadConfig::plain(6, 6);
    let layers: [Box<dyn ModuleT>; 5] = [
        Box::new(CausalAttention::new(&a.root(), config)),
        Box::new(MultiHeadWrapper::new(&b.root(), 2, config)),
        Box::new(MultiHeadAttention::new(&c.root(), 2, config)),
        Box::new(CausalSelfAttention::new(
            &d.root(),
            gpt2_config(6, 2, Kernel::Explicit),
        )),
        Box::new(CausalSelfAttention::new(
            &e.root(),
            gpt2_config(6, 2, Kernel::Fused),
        )),
    ];
    let x = Tensor::randn([2, 5, 6], CPU);
    for layer in layers {
        assert_causal(&x, |x| layer.forward_t(x, false));
    }
}

// ANCHOR: unmasked
#[test]
#[should_panic(expected = "looks ahead")]
fn the_unmasked_layer_does_look_ahead() {
    let _generator = testkit::seed(1);
    let variables = store();
    let attention =
        SelfAttentionV2::new(&variables.root(), HeadConfig::plain(6, 6));
    assert_causal(&Tensor::randn([2, 5, 6], CPU), |x| attention.forward(x));
}
// ANCHOR_END: unmasked

#[test]
#[should_panic(expected = "expected x: (b, t, c), 3 axes, but its shape is [6, 3]")]
fn a_missing_batch_axis_is_named() {
    let _generator = testkit::seed(1);
    let variables = store();
    let attention =
        MultiHeadAttention::new(&variables.root(), 2, HeadConfig::plain(3, 2));
    let _ = attention.forward_t(&simple::journey(), false);
}

#[test]
#[should_panic(expected = "c = 10 channels can't be split evenly over 3 heads")]
fn an_uneven_split_is_named() {
    let _ = split_heads(&Tensor::zeros([1, 2, 10], CPU), 3);
}

#[test]
fn gradients_reach_every_parameter() {
    let _generator = testkit::seed(1);
    for kernel in [Kernel::Explicit, Kernel::Fused] {
        let variables = store();
        let attention =
            CausalSelfAttention::new(&variables.root(), gpt2_config(12, 3, kernel));
        let x = Tensor::randn([2, 5, 12], CPU);
        attention.forward_t(&x, true).square().sum(Kind::Float).backward();
        for (name, parameter) in variables.variables() {
            assert!(
                parameter.grad().abs().max().double_value(&[]) > 0.0,
                "{name} {kernel:?}"
            );
        }
    }
}
