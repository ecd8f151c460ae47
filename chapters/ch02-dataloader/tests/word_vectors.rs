//! The promises of embeddings and word vectors.

use ch00::{Embedding, one_hot};
use ch02::InputEmbedding;
use ch02::word_vectors::{
    Corpus, CorpusOptions, Score, SkipGram, TrainOptions, WordVectors,
    negative_sampling_loss, plane, train,
};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use tch::nn::{Module, VarStore};
use tch::{Device, Kind, Tensor};
use testkit::{assert_close, matrix};

/// A table of 6 rows and 3 channels that wants a gradient.
fn table() -> Embedding {
    let variables = VarStore::new(Device::Cpu);
    Embedding::new(&variables.root(), 6, 3, 1.0)
}

// ANCHOR: gradient
#[test]
fn a_lookup_is_a_product_with_one_hot_rows_and_so_is_its_gradient() {
    let _generator = testkit::seed(123);
    let ids = Tensor::from_slice(&[2i64, 3, 5, 2]); // (t), with 2 twice
    let upstream = Tensor::randn([4, 3], (Kind::Float, Device::Cpu)); // (t, c)
    let gradient_by = |forward: &dyn Fn(&Embedding) -> Tensor| {
        tch::manual_seed(123);
        let table = table();
        let vectors = forward(&table); // (t, c)
        (&vectors * &upstream).sum(Kind::Float).backward();
        (vectors.detach(), table.weight.grad())
    };
    let (looked_up, by_lookup) = gradient_by(&|table| table.forward(&ids));
    let (product, by_product) =
        gradient_by(&|table| one_hot(&ids, 6).matmul(&table.weight));
    assert_close(&looked_up, &product, 0.0);
    assert_close(&by_lookup, &by_product, 0.0);

    // A row learns from every place where it was read, and from nothing else.
    assert_close(&by_lookup.get(2), &(upstream.get(0) + upstream.get(3)), 1e-6);
    assert_close(&by_lookup.get(3), &upstream.get(1), 0.0);
    for unread in [0, 1, 4] {
        assert_close(
            &by_lookup.get(unread),
            &Tensor::zeros([3], (Kind::Float, Device::Cpu)),
            0.0,
        );
    }
}
// ANCHOR_END: gradient

#[test]
fn the_gradient_reaches_the_rows_of_tokens_and_of_places() {
    let _generator = testkit::seed(1);
    let variables = VarStore::new(Device::Cpu);
    let embedding = InputEmbedding::new(&variables.root(), 10, 6, 4, 0.02);
    let ids = Tensor::from_slice2(&[[7i64, 7, 2], [0, 9, 7]]); // (b, t)
    embedding.forward(&ids).sum(Kind::Float).backward();
    let times = |weight: &Tensor| {
        let first = weight.grad().select(1, 0); // each place adds 1 to each channel
        Vec::<f64>::try_from(first.to_kind(Kind::Double)).unwrap()
    };
    assert_eq!(
        times(&embedding.wte.weight),
        [1., 0., 1., 0., 0., 0., 0., 3., 0., 1.]
    );
    assert_eq!(times(&embedding.wpe.weight), [2., 2., 2., 0., 0., 0.]);
}

fn corpus(texts: &[&str], options: CorpusOptions) -> Corpus {
    Corpus::new(texts.iter().copied(), options)
}

/// Nothing is left to chance: every word counts, and the window is one word wide.
const PLAIN: CorpusOptions =
    CorpusOptions { min_count: 1, window: 1, frequent: 1e9 };

#[test]
fn words_are_numbered_by_how_often_they_occur() {
    let corpus = corpus(&["The cat, the 'cat'.", "THE dog's"], PLAIN);
    assert_eq!(corpus.words(), ["the", "cat", "dog's"]);
    assert_eq!(corpus.counts(), [3, 2, 1]);
}

#[test]
fn neighbours_are_paired_both_ways_and_never_across_documents() {
    let corpus = corpus(&["a b c", "d"], PLAIN);
    let random = &mut ChaCha8Rng::seed_from_u64(0);
    let word = |id: u32| corpus.words()[id as usize].as_str();
    let pairs = corpus.pairs(random).into_iter().map(|(a, b)| (word(a), word(b)));
    let pairs: Vec<_> = pairs.collect();
    assert_eq!(pairs, [("a", "b"), ("b", "a"), ("b", "c"), ("c", "b")]);
}

#[test]
fn rare_words_are_left_out_as_if_they_did_not_stand_there() {
    let options = CorpusOptions { min_count: 2, ..PLAIN };
    let corpus = corpus(&["a rare b", "a b"], options);
    assert_eq!(corpus.words(), ["a", "b"]);
    assert_eq!(corpus.pairs(&mut ChaCha8Rng::seed_from_u64(0)).len(), 4);
}

#[test]
fn near_neighbours_count_more_than_far_ones_and_frequent_words_less() {
    let line: Vec<String> =
        (0..26).map(|i| char::from(b'a' + i).to_string()).collect();
    let text = [line.join(" ").as_str(), &"the ".repeat(26)].join(" ").repeat(200);
    let options = CorpusOptions { min_count: 1, window: 5, frequent: 1e9 };
    let random = &mut ChaCha8Rng::seed_from_u64(0);
    let all = corpus(&[&text], options.clone());
    let mut by_distance = [0.0_f64; 5];
    let place = |id: u32| all.words()[id as usize].as_bytes()[0];
    for (a, b) in all.pairs(random) {
        let far = place(a).abs_diff(place(b)) as usize;
        if a != 0 && b != 0 && far > 0 {
            by_distance[far - 1] += 1.0;
        }
    }
    // One word away is always in the window, five away in one of five.
    let share = by_distance[4] / by_distance[0] * 25.0 / 21.0;
    assert!((share - 0.2).abs() < 0.02, "{by_distance:?}");

    let skipping = corpus(&[&text], CorpusOptions { frequent: 0.02, ..options });
    let pairs = skipping.pairs(random);
    let the = pairs.iter().filter(|pair| pair.0 == 0).count() as f64;
    let b = pairs.iter().filter(|pair| pair.0 == 2).count() as f64;
    // "the" is half of the text: √(0.02 / 0.5) = 0.2 of it is kept, and all of "b".
    assert!((the / b / 26.0 - 0.2).abs() < 0.03, "{the} and {b}");
}

#[test]
fn a_model_that_knows_nothing_loses_a_bit_for_every_word() {
    let _generator = testkit::seed(1);
    let variables = VarStore::new(Device::Cpu);
    let model = SkipGram::new(&variables.root(), 7, 4);
    let words = Tensor::from_slice(&[0i64, 6]);
    let scores =
        model.scores(&words, &Tensor::from_slice2(&[[1i64, 2, 3], [4, 5, 6]]));
    assert_eq!(scores.size(), [2, 3]);
    let loss =
        negative_sampling_loss(&scores.narrow(1, 0, 1), &scores.narrow(1, 1, 2));
    let bit = 2f64.ln();
    assert!((loss.double_value(&[]) - 3.0 * bit).abs() < 1e-6);
}

#[test]
fn the_loss_by_hand() {
    let (found, drawn) =
        (matrix(&[[2.0], [0.0]]), matrix(&[[-1.0, 0.0], [3.0, 0.0]]));
    let sigmoid = |x: f64| 1.0 / (1.0 + (-x).exp());
    let first = -sigmoid(2.0).ln() - sigmoid(1.0).ln() - sigmoid(0.0).ln();
    let second = -sigmoid(0.0).ln() - sigmoid(-3.0).ln() - sigmoid(0.0).ln();
    let loss = negative_sampling_loss(&found, &drawn).double_value(&[]);
    assert!((loss - (first + second) / 2.0).abs() < 1e-6);
}

#[test]
fn a_score_is_a_dot_product() {
    let model = SkipGram {
        words: matrix(&[[1.0, 2.0], [3.0, 4.0]]),
        neighbours: matrix(&[[5.0, 6.0], [-1.0, 0.0]]),
    };
    let scores = model.scores(
        &Tensor::from_slice(&[0i64, 1]),
        &Tensor::from_slice2(&[[0i64, 1], [1, 0]]),
    );
    assert_close(&scores, &matrix(&[[17.0, -1.0], [-3.0, 39.0]]), 0.0);
}

/// Vectors that say it all: channels for common, royal, male and female, and one for buildings.
fn royal() -> WordVectors {
    let words = ["man", "woman", "king", "queen", "tower"].map(String::from);
    let table = matrix(&[
        [1.0, 0.0, 1.0, 0.0, 0.0],
        [1.0, 0.0, 0.0, 1.0, 0.0],
        [0.0, 1.0, 1.0, 0.0, 0.0],
        [0.0, 1.0, 0.0, 1.0, 0.0],
        [0.0, 0.0, 0.0, 0.0, 3.0],
    ]);
    WordVectors::new(words.to_vec(), table)
}

#[test]
fn king_minus_man_plus_woman_is_queen_where_the_vectors_say_so() {
    let vectors = royal();
    let (answer, cosine) = vectors.analogy("man", "woman", "king", 1).unwrap()[0];
    assert_eq!(answer, "queen");
    assert!((cosine - 1.0).abs() < 1e-6);
    assert_eq!(vectors.analogy("queen", "king", "woman", 1).unwrap()[0].0, "man");
    // Of five words, the three that were asked about are no answers.
    assert_eq!(vectors.analogy("man", "woman", "king", 9).unwrap().len(), 2);
}

#[test]
fn an_analogy_is_compared_with_what_the_last_word_alone_would_say() {
    let score = royal().score(&[("man", "woman"), ("king", "queen")]).unwrap();
    // Where man and woman are no answers, the closest to "king" is "queen" anyway.
    let perfect = Score { asked: 4, right: 4, by_the_last: 4, is_the_last: 0 };
    assert_eq!(score, perfect);
    // Without a difference between the sexes the last word itself is the closest.
    let table = royal().table() * Tensor::from_slice(&[1f32, 1.0, 0.01, 0.01, 1.0]);
    let alike = WordVectors::new(royal().words().to_vec(), table);
    let score = alike.score(&[("man", "woman"), ("king", "queen")]).unwrap();
    assert_eq!((score.right, score.by_the_last), (4, 4));
    let same =
        matrix(&[[1.0, 0.0], [1.0, 0.0], [0.0, 1.0], [0.1, 1.0], [1.0, 1.0]]);
    let same = WordVectors::new(royal().words().to_vec(), same);
    let score = same.score(&[("man", "woman"), ("king", "queen")]).unwrap();
    assert!(score.is_the_last >= 1, "{score:?}");
    assert!(royal().score(&[("man", "woman"), ("king", "emperor")]).is_err());
}

#[test]
fn similarity_is_a_cosine_and_a_word_is_not_its_own_neighbour() {
    let vectors = royal();
    assert!((vectors.similarity("king", "queen").unwrap() - 0.5).abs() < 1e-6);
    assert!(vectors.similarity("king", "tower").unwrap().abs() < 1e-6);
    let found = vectors.neighbours("king", 9).unwrap();
    assert_eq!(found.len(), 4);
    assert!(
        found.is_sorted_by(|a, b| a.1 >= b.1)
            && ["man", "queen"].contains(&found[0].0)
    );
    let error = vectors.neighbours("emperor", 1).unwrap_err().to_string();
    assert_eq!(error, "there is no vector for the word \"emperor\"");
}

#[test]
fn vectors_are_written_and_read_again_and_a_broken_line_is_named() {
    let mut file = Vec::new();
    royal().write(&mut file).unwrap();
    assert!(file.starts_with(b"5 5\nman 1 0 1 0 0\n"));
    let again = WordVectors::read(file.as_slice()).unwrap();
    assert_eq!(again.words(), royal().words());
    assert_close(again.table(), royal().table(), 0.0);
    assert_eq!(
        WordVectors::read(&b"a 1 2\nb 3 4\n"[..]).unwrap().words(),
        ["a", "b"]
    );

    let error = |text: &[u8]| format!("{:#}", WordVectors::read(text).unwrap_err());
    assert_eq!(error(b"2 2\na 1 2\nb 3\n"), "line 3 has 1 numbers, not 2");
    assert!(error(b"a 1 x\n").starts_with("line 1 holds no vector"));
    assert_eq!(error(b""), "there are no vectors");
}

#[test]
fn the_plane_shows_what_lies_furthest_apart() {
    // Points of a plane, turned into 4 channels, keep their distances.
    let flat = matrix(&[[3.0, 0.0], [-3.0, 0.0], [0.0, 1.0], [0.0, -1.0]]);
    let turn = matrix(&[[0.5, 0.5, 0.5, 0.5], [0.5, -0.5, 0.5, -0.5]]);
    let (shadows, seen) = plane(&(flat.matmul(&turn) + 7.0));
    assert!((seen - 1.0).abs() < 1e-5);
    assert_close(&shadows.abs(), &flat.abs(), 1e-4);
    // The third direction, the shortest, is not seen: 2 of 9 + 4 + 1 squares, twice.
    let solid = matrix(&[
        [3.0, 0.0, 0.0],
        [-3.0, 0.0, 0.0],
        [0.0, 2.0, 0.0],
        [0.0, -2.0, 0.0],
        [0.0, 0.0, 1.0],
        [0.0, 0.0, -1.0],
    ]);
    let (shadows, seen) = plane(&solid);
    assert_eq!(shadows.size(), [6, 2]);
    assert!((seen - 13.0 / 14.0).abs() < 1e-5);
}

#[test]
fn words_with_the_same_company_get_vectors_in_the_same_direction() {
    let _generator = testkit::seed(0);
    let sea = ["the boat sails the wide sea", "the ship sails the wide sea"];
    let tea = ["drink hot tea with milk", "drink hot coffee with milk"];
    let texts = [sea, tea].concat().repeat(60);
    let options = CorpusOptions { min_count: 1, window: 2, frequent: 1.0 };
    let corpus = corpus(&texts, options);
    let options = TrainOptions {
        channels: 8,
        epochs: 8,
        batch_size: 256,
        lr: 0.03,
        ..TrainOptions::default()
    };
    let (mut first, mut last) = (f64::NAN, f64::NAN);
    let vectors = train(&corpus, &options, |done, loss| {
        if done == 0.0 {
            first = loss;
        }
        last = loss;
    });
    assert!(last < 0.8 * first, "{first} fell to {last}");
    let alike = |a, b| vectors.similarity(a, b).unwrap();
    assert!(alike("boat", "ship") > 0.9 && alike("tea", "coffee") > 0.9);
    let apart = [alike("boat", "tea"), alike("ship", "coffee")];
    assert!(apart.iter().all(|&cosine| cosine < 0.6), "{apart:?}");
}

#[test]
fn the_same_seed_learns_the_same_vectors() {
    let _generator = testkit::seed(0);
    let corpus = corpus(&["one two three two one", "three two one"], PLAIN);
    let learn = |seed| {
        let options = TrainOptions { channels: 4, seed, ..TrainOptions::default() };
        train(&corpus, &options, |_, _| {}).table().copy()
    };
    assert_close(&learn(1), &learn(1), 0.0);
    assert!(learn(1).ne_tensor(&learn(2)).any().int64_value(&[]) == 1);
}
