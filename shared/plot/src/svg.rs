//! What plotters draws, made fit for a page.

use std::fmt::Write as _;

use anyhow::{Context, Result};
use plotters::coord::Shift;
use plotters::prelude::*;

use crate::ink;

/// Where a chart draws.
pub type Canvas<'a> = DrawingArea<SVGBackend<'a>, Shift>;

/// What SVG assumes anyway.
const DEFAULTS: [&str; 3] =
    [" opacity=\"1\"", " stroke=\"none\"", " stroke-width=\"1\""];

/// Draws on a canvas of the book's width and makes the result fit for a page.
pub fn draw(
    finding: &str,
    height: u32,
    paint: impl FnOnce(&Canvas) -> Result<()>,
) -> Result<String> {
    let mut drawn = String::new();
    {
        let canvas = SVGBackend::with_string(&mut drawn, (ink::WIDTH, height));
        let canvas = canvas.into_drawing_area();
        paint(&canvas)?;
        canvas.present()?;
    }
    finish(&drawn, finding, height)
}

/// Gives the drawing a title, the page's text colour, and nothing that Markdown, mdBook or
/// KaTeX would take for theirs: no blank line, no dollar, no pair of braces.
fn finish(drawn: &str, finding: &str, height: u32) -> Result<String> {
    let (_, body) = drawn.split_once(">\n").context("plotters drew no SVG")?;
    let (width, finding) = (ink::WIDTH, escape(finding));
    let mut page = format!(
        "<svg role=\"img\" aria-label=\"{finding}\" width=\"{width}\" height=\"{height}\" \
         viewBox=\"0 0 {width} {height}\" xmlns=\"http://www.w3.org/2000/svg\">\n\
         <title>{finding}</title>\n"
    );
    for line in body.lines().filter(|line| !line.trim().is_empty()) {
        let mut line =
            line.replace(ink::TEXT_HEX, "currentColor").replace(" \"", "\"");
        for default in DEFAULTS {
            line = line.replace(default, "");
        }
        writeln!(page, "{line}")?;
    }
    Ok(page.replace('$', "&#36;").replace("{{", "&#123;&#123;"))
}

fn escape(text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    text.replace('"', "&quot;")
}
