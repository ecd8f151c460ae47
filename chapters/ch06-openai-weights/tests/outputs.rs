//! The output that the book shows is the output the program prints.
//! `cargo xtask outputs ch06` renews it.

#[test]
fn the_book_shows_what_the_program_prints() {
    trycmd::TestCases::new().case("tests/output/*.toml");
}
