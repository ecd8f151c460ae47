//! A page as mdBook's own Markdown parser sees it, before anything is expanded.

use std::collections::HashSet;
use std::ops::Range;
use std::path::{Path, PathBuf};

use mdbook_markdown::pulldown_cmark::{CodeBlockKind, Event, Tag, TagEnd};
use mdbook_markdown::{MarkdownOptions, new_cmark_parser};
use regex::Regex;

use super::Problem;
use super::check::read;
use super::includes::{self, Include};

/// A page and what is in it.
#[derive(Debug, Default)]
pub(super) struct Page {
    /// The file, from the top of the checkout.
    pub path: PathBuf,
    pub text: String,
    /// The fragments a link can lead to.
    pub ids: HashSet<String>,
    /// Headings whose id depends on how a formula is set.
    pub formula_headings: Vec<usize>,
    pub links: Vec<Link>,
    pub images: Vec<Image>,
    pub fences: Vec<Fence>,
    /// Where HTML stands as a block of its own.
    pub html_blocks: Vec<Range<usize>>,
    pub includes: Vec<Include>,
}

/// A link, as it is written.
#[derive(Debug)]
pub(super) struct Link {
    pub line: usize,
    pub target: String,
}

/// An image, as it is written.
#[derive(Debug)]
pub(super) struct Image {
    pub line: usize,
    pub target: String,
    pub alt: String,
}

/// A fenced block of code.
#[derive(Debug)]
pub(super) struct Fence {
    pub line: usize,
    /// `rust,ignore` is `["rust", "ignore"]`.
    pub info: Vec<String>,
    pub body: String,
    /// The code in bold that opens the paragraph right above.
    pub caption: Option<String>,
    pub range: Range<usize>,
}

impl Fence {
    /// Whether one of the words after the opening fence is `word`.
    pub fn is(&self, word: &str) -> bool {
        self.info.iter().any(|it| it == word)
    }
}

impl Page {
    pub fn read(root: &Path, path: &Path) -> Result<Self, Problem> {
        let text = read(root, path).map_err(|error| {
            Problem::new(path, 1, format!("can't be read: {error}"))
        })?;
        Ok(Self::parse(path, text))
    }

    fn parse(path: &Path, text: String) -> Self {
        let mut page = Self { path: path.to_path_buf(), ..Self::default() };
        page.includes = includes::find(&text);
        let mut reader = Reader { page, text: &text, ..Reader::new() };
        let parser = new_cmark_parser(&text, &MarkdownOptions::default());
        for (event, range) in parser.into_offset_iter() {
            reader.take(event, range);
        }
        let mut page = reader.page;
        page.text = text;
        page
    }

    /// A problem on a line of this page.
    pub fn problem(&self, line: usize, what: impl Into<String>) -> Problem {
        Problem::new(&self.path, line, what)
    }
}

/// The line of a byte of `text`, counted from 1.
pub(super) fn line_of(text: &str, byte: usize) -> usize {
    text[..byte].matches('\n').count() + 1
}

/// What has been seen of the element being read.
#[derive(Default)]
struct Reader<'a> {
    page: Page,
    text: &'a str,
    used_ids: HashSet<String>,
    /// The plain text of the heading or term being read.
    title: Option<String>,
    explicit_id: Option<String>,
    fence: Option<Fence>,
    image: Option<Image>,
    /// How the paragraph being read began.
    opening: Opening,
    caption: Option<String>,
}

/// A caption is a paragraph that begins with code in bold.
#[derive(Default, PartialEq)]
enum Opening {
    #[default]
    None,
    Paragraph,
    Strong,
}

impl<'a> Reader<'a> {
    fn new() -> Self {
        Self::default()
    }

    fn take(&mut self, event: Event<'_>, range: Range<usize>) {
        let line = line_of(self.text, range.start);
        match event {
            Event::Start(tag) => self.open(tag, line, range),
            Event::End(tag) => self.close(tag, line),
            Event::Text(text) => self.add_text(&text),
            Event::Code(code) => {
                if self.opening == Opening::Strong {
                    self.caption = Some(code.to_string());
                }
                self.add_text(&code);
            }
            Event::Html(html) | Event::InlineHtml(html) => {
                self.take_html(&html, line)
            }
            Event::SoftBreak | Event::HardBreak => self.add_text(" "),
            _ => {}
        }
    }

    fn open(&mut self, tag: Tag<'_>, line: usize, range: Range<usize>) {
        let opening = std::mem::take(&mut self.opening);
        match tag {
            Tag::Paragraph => {
                self.caption = None;
                self.opening = Opening::Paragraph;
            }
            Tag::Strong if opening == Opening::Paragraph => {
                self.opening = Opening::Strong
            }
            Tag::Heading { id, .. } => {
                self.caption = None;
                self.explicit_id = id.map(|id| id.to_string());
                self.title = Some(String::new());
            }
            Tag::DefinitionListTitle => self.title = Some(String::new()),
            Tag::CodeBlock(kind) => {
                let caption = self.caption.take();
                let (info, body) = (words(&kind), String::new());
                self.fence = Some(Fence { line, info, body, caption, range });
            }
            Tag::Link { dest_url, .. } => {
                self.page.links.push(Link { line, target: dest_url.to_string() });
            }
            Tag::Image { dest_url, .. } => {
                self.image = Some(Image {
                    line,
                    target: dest_url.to_string(),
                    alt: String::new(),
                });
            }
            Tag::HtmlBlock => self.page.html_blocks.push(range),
            _ => {}
        }
    }

    fn close(&mut self, tag: TagEnd, line: usize) {
        match tag {
            TagEnd::Heading(_) | TagEnd::DefinitionListTitle => {
                self.close_title(line)
            }
            TagEnd::CodeBlock => self.page.fences.extend(self.fence.take()),
            TagEnd::Image => self.page.images.extend(self.image.take()),
            _ => {}
        }
    }

    fn add_text(&mut self, text: &str) {
        self.opening = Opening::None;
        if let Some(fence) = &mut self.fence {
            fence.body.push_str(text);
        } else if let Some(image) = &mut self.image {
            image.alt.push_str(text);
        } else if let Some(title) = &mut self.title {
            title.push_str(text);
        }
    }

    /// Gives a heading the id that mdBook gives it: its own, or one made of its words.
    fn close_title(&mut self, line: usize) {
        let Some(title) = self.title.take() else { return };
        if let Some(id) = self.explicit_id.take() {
            self.page.ids.insert(id);
            return;
        }
        if title.contains('$') {
            self.page.formula_headings.push(line);
        }
        let id = unique(&id_of(&title), &mut self.used_ids);
        self.page.ids.insert(id);
    }

    fn take_html(&mut self, html: &str, line: usize) {
        self.opening = Opening::None;
        self.page.ids.extend(attributes(html, "id"));
        let link = |target| Link { line, target };
        self.page.links.extend(attributes(html, "href").into_iter().map(link));
        for tag in html.split("<img").skip(1) {
            let tag = tag.split('>').next().unwrap_or(tag);
            let first =
                |name| attributes(tag, name).into_iter().next().unwrap_or_default();
            self.page.images.push(Image {
                line,
                target: first("src"),
                alt: first("alt"),
            });
        }
    }
}

/// The words after an opening fence.
fn words(kind: &CodeBlockKind<'_>) -> Vec<String> {
    let CodeBlockKind::Fenced(info) = kind else { return Vec::new() };
    let words = info.split([',', ' ']).filter(|word| !word.is_empty());
    words.map(str::to_owned).collect()
}

/// The values of an attribute in a piece of HTML.
fn attributes(html: &str, name: &str) -> Vec<String> {
    let pattern = format!(r#"\s{name}\s*=\s*["']([^"']*)["']"#);
    let pattern =
        Regex::new(&pattern).expect("an attribute's name needs no escaping");
    pattern.captures_iter(html).map(|found| found[1].to_string()).collect()
}

/// mdBook's rule: lower case; letters, digits, `_` and `-` stay; white space becomes `-`.
fn id_of(title: &str) -> String {
    let kept = |c: char| match c {
        c if c.is_alphanumeric() || c == '_' || c == '-' => Some(c),
        c if c.is_whitespace() => Some('-'),
        _ => None,
    };
    title.trim().to_lowercase().chars().filter_map(kept).collect()
}

/// mdBook's rule for the second heading of the same words: `-1`, `-2`, ….
fn unique(id: &str, used: &mut HashSet<String>) -> String {
    let numbered = (1..).map(|number| format!("{id}-{number}"));
    let free = std::iter::once(id.to_string())
        .chain(numbered)
        .find(|it| !used.contains(it));
    let free = free.unwrap_or_default();
    used.insert(free.clone());
    free
}
