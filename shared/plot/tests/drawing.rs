//! What every figure promises the page that includes it.

use plot::{
    Arrows, Axis, Bars, Chart, Figure, HeatMap, Lines, Points, Space, Table,
};

fn lines() -> Chart {
    Chart::Lines(Lines { x: Axis::linear("step"), y: Axis::log("loss") })
}

fn bars() -> Chart {
    Chart::Bars(Bars { value: "tokens per second".into() })
}

fn heat_map() -> Chart {
    Chart::HeatMap(HeatMap {
        rows: "query".into(),
        columns: "key".into(),
        decimals: 2,
    })
}

fn table() -> Table {
    Table::new("step", ["training", "validation"])
        .row("0", [10.8, 10.9])
        .row("100", [6.1, f64::NAN])
        .row("200", [4.25, 5.5])
}

fn figure(chart: Chart) -> Figure {
    Figure { name: "test", finding: "Both losses fall", chart }
}

#[test]
fn the_same_table_always_gives_the_same_drawing() {
    for chart in [lines(), bars(), heat_map(), Chart::Points(Points)] {
        let figure = figure(chart);
        assert_eq!(figure.draw(&table()).unwrap(), figure.draw(&table()).unwrap());
    }
}

#[test]
fn a_drawing_fits_into_an_html_block_of_a_page() {
    for chart in [lines(), bars(), heat_map(), Chart::Points(Points)] {
        let svg = figure(chart).draw(&table()).unwrap();
        assert!(
            svg.starts_with("<svg role=\"img\" aria-label=\"Both losses fall\"")
        );
        assert!(svg.contains("<title>Both losses fall</title>"));
        assert!(svg.ends_with("</svg>\n"));
        assert!(svg.lines().all(|line| !line.trim().is_empty()), "no blank line");
    }
}

#[test]
fn text_takes_the_colour_of_the_page() {
    for chart in [lines(), bars(), heat_map(), Chart::Points(Points)] {
        let svg = figure(chart).draw(&table()).unwrap();
        let texts: Vec<_> =
            svg.lines().filter(|line| line.starts_with("<text")).collect();
        assert!(!texts.is_empty());
        assert!(texts.iter().all(|text| text.contains("fill=\"currentColor\"")));
        assert!(!svg.contains("#010203") && !svg.contains("#000000"));
    }
}

#[test]
fn labels_are_escaped_for_svg_markdown_formulas_and_includes() {
    let table = Table::new("word", ["a<b & \"c\"", "$5", "{{#include x}}"])
        .row("<|endoftext|>", [1.0, 2.0, 3.0]);
    for chart in [bars(), heat_map()] {
        let figure =
            Figure { name: "test", finding: "a < b & costs \"$5\"", chart };
        let svg = figure.draw(&table).unwrap();
        assert!(svg.contains("a &lt; b &amp; costs &quot;&#36;5&quot;"));
        assert!(svg.contains("&lt;|endoftext|&gt;"));
        assert!(svg.contains("a&lt;b &amp; &quot;c&quot;"));
        assert!(!svg.contains('$') && !svg.contains("{{"));
    }
}

#[test]
fn an_empty_cell_is_not_drawn() {
    let full =
        Table::new("query", ["a", "b"]).row("a", [0.5, 0.25]).row("b", [0.5, 0.5]);
    let masked = Table::new("query", ["a", "b"])
        .row("a", [0.5, f64::NAN])
        .row("b", [0.5, 0.5]);
    let cells =
        |table| figure(heat_map()).draw(table).unwrap().matches("<rect").count();
    assert_eq!(cells(&masked), cells(&full) - 1);
}

#[test]
fn a_table_that_does_not_fit_the_chart_is_a_sentence() {
    let say = |table: Table, chart| {
        format!("{:#}", figure(chart).draw(&table).unwrap_err())
    };
    let named = Table::new("step", ["loss"]).row("first", [1.0]);
    assert!(say(named, lines()).contains("\"first\" is not a number"));
    let zero = Table::new("step", ["loss"]).row("1", [0.0]);
    assert!(say(zero, lines()).contains("0 has no place on a logarithmic axis"));
    let crowd =
        Table::new("step", ["a", "b", "c", "d", "e", "f"]).row("1", [1.0; 6]);
    assert!(say(crowd, bars()).contains("6 series in one figure"));
    assert!(say(Table::new("step", ["a"]), bars()).contains("no numbers"));
    let one = Table::new("word", ["x"]).row("tea", [1.0]);
    assert!(
        say(one.clone(), Chart::Points(Points)).contains("two numbers, x and y")
    );
    assert!(say(one, Chart::Arrows(Arrows)).contains("two numbers, x and y"));
}

/// Arrows in space, of which each has a line to the floor and a name.
#[test]
fn arrows_in_space_are_drawn_from_three_numbers() {
    let table = Table::new("word", ["x", "y", "z"])
        .row("a", [1.0, 0.5, 0.25])
        .row("b", [0.0, 0.0, -1.0])
        .row("unknown", [1.0, f64::NAN, 0.0]);
    let svg = figure(Chart::Space(Space)).draw(&table).unwrap();
    assert_eq!(svg.matches("<circle").count(), 2);
    assert_eq!(svg.matches("<polyline").count(), 3 + 2 * 2);
    for name in ["x", "y", "z", "a", "b"] {
        assert!(svg.contains(&format!("\n{name}\n")), "{name}: {svg}");
    }
    assert!(!svg.contains("unknown"));
    let flat = Table::new("word", ["x", "y"]).row("a", [1.0, 2.0]);
    let error = figure(Chart::Space(Space)).draw(&flat).unwrap_err();
    assert!(format!("{error:#}").contains("three numbers, x, y and z"));
}

#[test]
fn a_unit_is_as_long_upwards_as_sideways() {
    let table = Table::new("word", ["x", "y"])
        .row("a", [0.0, 0.0])
        .row("b", [3.0, 0.0])
        .row("c", [0.0, 3.0]);
    let svg = figure(Chart::Points(Points)).draw(&table).unwrap();
    let place = |name: &str| -> Vec<i32> {
        let line = svg.lines().filter(|line| line.starts_with("<circle")).nth(
            match name {
                "a" => 0,
                "b" => 1,
                _ => 2,
            },
        );
        let number = |key: &str| {
            let (_, rest) = line.unwrap().split_once(key).unwrap();
            rest[..rest.find('"').unwrap()].parse().unwrap()
        };
        vec![number("cx=\""), number("cy=\"")]
    };
    let [a, b, c] = ["a", "b", "c"].map(place);
    assert_eq!(b[1], a[1]);
    assert!(b[0] > a[0] && c[1] < a[1]);
    assert!(((b[0] - a[0]) - (a[1] - c[1])).abs() <= 1);
}

#[test]
fn arrows_start_at_zero_and_opposite_ones_are_equally_long() {
    let table =
        Table::new("word", ["x", "y"]).row("a", [2.0, 1.0]).row("b", [-2.0, -1.0]);
    let svg = figure(Chart::Arrows(Arrows)).draw(&table).unwrap();
    let lines = svg.lines().filter(|line| line.starts_with("<polyline"));
    let lines: Vec<Vec<i32>> = lines
        .map(|line| {
            let (_, rest) = line.split_once("points=\"").unwrap();
            let numbers = rest[..rest.find('"').unwrap()].split([',', ' ']);
            numbers.filter_map(|it| it.parse().ok()).collect()
        })
        .collect();
    let [a, b] = &lines[..] else { panic!("{} lines in {svg}", lines.len()) };
    assert_eq!(a[..2], b[..2], "both start at 0");
    assert!(((a[2] - a[0]) + (b[2] - b[0])).abs() <= 1, "{a:?} {b:?}");
    assert!(((a[3] - a[1]) + (b[3] - b[1])).abs() <= 1, "{a:?} {b:?}");
    assert_eq!(svg.matches("<polygon").count(), 2, "each has a head");
}
