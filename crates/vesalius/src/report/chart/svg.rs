//! The one place where SVG is spelled: elements, escaping and rounding.

use std::fmt::Write;

use serde::{Serialize, Serializer};

use crate::report::STYLE;

/// A drawing in user units of one CSS pixel; serializes as its markup.
#[derive(Clone, Debug)]
pub(in crate::report) struct Svg {
    width: f64,
    height: f64,
    title: String,
    description: String,
    body: String,
}

/// The mean width of a character of 11 pixels height.
const CHARACTER_PX: f64 = 6.3;

/// Where a text hangs on its point.
#[derive(Clone, Copy)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

impl Svg {
    /// An empty drawing; `title` and `description` are what a screen reader says.
    pub(super) fn new(width: f64, height: f64, title: &str, description: &str) -> Self {
        Self { width, height, title: title.to_owned(), description: description.to_owned(), body: String::new() }
    }

    /// A straight line between two points.
    pub(super) fn line(&mut self, class: &str, from: (f64, f64), to: (f64, f64)) {
        let ((x1, y1), (x2, y2)) = (rounded(from), rounded(to));
        self.push(&format!(r#"<line class="{class}" x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}"></line>"#));
    }

    /// A line through all points; nothing when there are fewer than two.
    pub(super) fn polyline(&mut self, class: &str, points: &[(f64, f64)]) {
        if points.len() > 1 {
            let points = point_list(points);
            self.push(&format!(r#"<polyline class="{class}" points="{points}"></polyline>"#));
        }
    }

    /// A filled outline; nothing when there are fewer than three points.
    pub(super) fn polygon(&mut self, class: &str, points: &[(f64, f64)]) {
        if points.len() > 2 {
            let points = point_list(points);
            self.push(&format!(r#"<polygon class="{class}" points="{points}"></polygon>"#));
        }
    }

    /// A rectangle from its upper left corner.
    pub(super) fn rectangle(&mut self, class: &str, corner: (f64, f64), size: (f64, f64)) {
        self.shaded(class, corner, size, None);
    }

    /// A rectangle whose fill has this opacity.
    pub(super) fn shaded(&mut self, class: &str, corner: (f64, f64), size: (f64, f64), opacity: Option<f64>) {
        let ((x, y), (width, height)) = (rounded(corner), rounded((size.0.max(0.0), size.1.max(0.0))));
        let opacity = opacity.map_or(String::new(), |opacity| format!(r#" fill-opacity="{opacity:.3}""#));
        self.push(&format!(
            r#"<rect class="{class}" x="{x}" y="{y}" width="{width}" height="{height}"{opacity}></rect>"#
        ));
    }

    /// A disc.
    pub(super) fn circle(&mut self, class: &str, center: (f64, f64), radius: f64) {
        let (x, y) = rounded(center);
        self.push(&format!(r#"<circle class="{class}" cx="{x}" cy="{y}" r="{radius}"></circle>"#));
    }

    /// One line of text.
    pub(super) fn text(&mut self, class: &str, at: (f64, f64), anchor: Anchor, text: &str) {
        let ((x, y), text) = (rounded(at), escaped(text));
        let anchor = anchor.as_str();
        self.push(&format!(r#"<text class="{class}" x="{x}" y="{y}" text-anchor="{anchor}">{text}</text>"#));
    }

    /// One line of text that reads upward, centered on its point.
    pub(super) fn upward_text(&mut self, class: &str, at: (f64, f64), text: &str) {
        let ((x, y), text) = (rounded(at), escaped(text));
        self.push(&format!(
            r#"<text class="{class}" transform="translate({x} {y}) rotate(-90)" text-anchor="middle">{text}</text>"#
        ));
    }

    fn push(&mut self, element: &str) {
        self.body.push_str(element);
        self.body.push('\n');
    }

    /// A file of its own: with the rules of the style sheet that drawings use, and colors in place of their names.
    ///
    /// Viewers that are no browsers know neither the page's style sheet nor its variables.
    pub(in crate::report) fn standalone(&self) -> String {
        let after = |text: &'static str, mark: &str| text.split_once(mark).map_or("", |(_, rest)| rest);
        let drawings = after(after(STYLE, "/* Drawings:"), "*/");
        let mut rules = drawings.split_once("@media").map_or(drawings, |(rules, _)| rules).trim().to_owned();
        let variables = after(STYLE, ":root {").split_once('}').map_or("", |(variables, _)| variables);
        for (name, value) in variables.split(';').filter_map(|line| line.trim().split_once(':')) {
            rules = rules.replace(&format!("var({})", name.trim()), value.trim());
        }
        let font = "svg { background: #fff; font-family: Helvetica, Arial, sans-serif; }";
        let style = format!("<style>\n{font}\n{rules}\n</style>\n<title>");
        let named = self.markup().replacen("<svg", r#"<svg xmlns="http://www.w3.org/2000/svg""#, 1);
        named.replacen("<title>", &style, 1) + "\n"
    }

    /// The markup, to stand inside HTML.
    pub(in crate::report) fn markup(&self) -> String {
        let (width, height) = (self.width.round(), self.height.round());
        let (title, description) = (escaped(&self.title), escaped(&self.description));
        let mut out = format!(r#"<svg role="img" viewBox="0 0 {width} {height}" width="{width}" height="{height}">"#);
        let _ = write!(out, "\n<title>{title}</title>\n<desc>{description}</desc>\n{}</svg>", self.body);
        out
    }
}

impl Serialize for Svg {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.markup())
    }
}

impl Anchor {
    fn as_str(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Middle => "middle",
            Self::End => "end",
        }
    }
}

/// About how wide a text is at the size of labels.
pub(super) fn width_px(text: &str) -> f64 {
    CHARACTER_PX * text.chars().count() as f64
}

/// A text cut to about `width_px` at the size of labels; the middle goes, as names often differ at their ends.
pub(super) fn fitted(text: &str, width_px: f64) -> String {
    let (n, n_max) = (text.chars().count(), ((width_px / CHARACTER_PX + 0.01) as usize).max(3));
    if n <= n_max {
        return text.to_owned();
    }
    let (head, tail) = (n_max.div_ceil(2) - 1, n_max / 2);
    let start: String = text.chars().take(head).collect();
    let end: String = text.chars().skip(n - tail).collect();
    format!("{}…{}", start.trim_end(), end.trim_start())
}

/// Text made safe inside markup; control characters have no place in either XML or HTML.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            control if control.is_control() => out.push('\u{fffd}'),
            other => out.push(other),
        }
    }
    out
}

/// A tenth of a pixel is finer than any screen or printer shows, and keeps the file small.
fn rounded((x, y): (f64, f64)) -> (f64, f64) {
    // Adding zero turns −0 into 0.
    let round = |value: f64| (value * 10.0).round() / 10.0 + 0.0;
    (round(x), round(y))
}

fn point_list(points: &[(f64, f64)]) -> String {
    let mut out = String::with_capacity(points.len() * 12);
    for (idx, &point) in points.iter().enumerate() {
        let (x, y) = rounded(point);
        let separator = if idx == 0 { "" } else { " " };
        let _ = write!(out, "{separator}{x},{y}");
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_cannot_leave_its_element() {
        let mut svg = Svg::new(10.0, 10.0, "</title><script>", "a & b");
        svg.text("label", (1.04, -0.01), Anchor::Start, "<b>\"\u{7}");
        let markup = svg.markup();
        assert!(markup.contains("&lt;/title&gt;&lt;script&gt;") && markup.contains("a &amp; b"), "{markup}");
        assert!(markup.contains(r#"x="1" y="0" text-anchor="start">&lt;b&gt;&quot;"#), "{markup}");
        assert!(!markup.contains('\u{7}'), "{markup}");
    }

    #[test]
    fn a_drawing_that_stands_alone_names_its_colors() {
        let markup = Svg::new(10.0, 10.0, "t", "d").standalone();
        assert!(markup.starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\""), "{markup}");
        assert!(markup.contains(".axis { stroke: #1b1b1b;") && !markup.contains("var("), "{markup}");
        assert!(!markup.contains("nav ol") && !markup.contains("@media"), "{markup}");
    }

    #[test]
    fn long_names_lose_their_middle() {
        assert_eq!(fitted("short", 63.5), "short");
        assert_eq!(fitted("abcdefghijklmnop", 63.5), "abcd…lmnop");
        assert_eq!(fitted("ééééééééééé", 1.0), "é…é");
    }
}
