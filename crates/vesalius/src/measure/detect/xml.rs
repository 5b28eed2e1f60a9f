//! As much of XML as annotations need: elements with their text; attributes are passed over.

/// More elements within elements are a trap.
const DEPTH_MAX: usize = 64;

/// An element.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Element {
    pub(super) name: String,
    /// All text in it, outside its elements, without space at the ends.
    pub(super) text: String,
    pub(super) children: Vec<Element>,
}

impl Element {
    /// The outermost element, or what is wrong.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let mut open = vec![Self::default()];
        let mut rest = text;
        while let Some(at) = rest.find('<') {
            push_text(&mut open, &unescaped(&rest[..at]));
            rest = &rest[at..];
            let (tag, after) = tag(rest)?;
            rest = after;
            match tag {
                Tag::Text(text) => push_text(&mut open, text),
                Tag::Nothing => {}
                Tag::Open(name) if open.len() < DEPTH_MAX => {
                    open.push(Self { name: name.to_owned(), ..Self::default() });
                }
                Tag::Open(_) => return Err(format!("more than {DEPTH_MAX} elements within each other")),
                Tag::Empty(name) => close(&mut open, Self { name: name.to_owned(), ..Self::default() }),
                Tag::Close(name) => {
                    let element = if open.len() > 1 { open.pop() } else { None };
                    match element {
                        Some(element) if element.name == name => close(&mut open, element),
                        _ => return Err(format!("</{name}> closes what is not open")),
                    }
                }
            }
        }
        if let [_, unclosed, ..] = &open[..] {
            return Err(format!("<{}> is never closed; the file is cut short", unclosed.name));
        }
        let root = open.pop().and_then(|document| document.children.into_iter().next());
        root.ok_or_else(|| "there is no element".to_owned())
    }

    /// The first element of this name in it.
    pub(super) fn child(&self, name: &str) -> Option<&Self> {
        self.children.iter().find(|child| child.name == name)
    }
}

enum Tag<'a> {
    Open(&'a str),
    Close(&'a str),
    Empty(&'a str),
    Text(&'a str),
    Nothing,
}

/// What begins with `<`, and what follows.
fn tag(rest: &str) -> Result<(Tag<'_>, &str), String> {
    let until = |end: &str, from: usize| {
        let at = rest[from..].find(end).ok_or_else(|| format!("{:?} is not closed by {end}", first(rest)))?;
        Ok::<_, String>((&rest[from..from + at], &rest[from + at + end.len()..]))
    };
    if rest.starts_with("<!--") {
        return Ok((Tag::Nothing, until("-->", 4)?.1));
    }
    if rest.starts_with("<![CDATA[") {
        let (text, after) = until("]]>", 9)?;
        return Ok((Tag::Text(text), after));
    }
    let (inner, after) = until(">", 1)?;
    let name = |text: &'_ str| -> usize { text.find(|c: char| c.is_whitespace()).unwrap_or(text.len()) };
    let tag = match inner.as_bytes().first() {
        Some(b'?' | b'!') => Tag::Nothing,
        Some(b'/') => Tag::Close(inner[1..].trim()),
        Some(_) if inner.ends_with('/') => {
            let inner = &inner[..inner.len() - 1];
            Tag::Empty(&inner[..name(inner)])
        }
        Some(_) => Tag::Open(&inner[..name(inner)]),
        None => return Err("an element has no name".to_owned()),
    };
    Ok((tag, after))
}

fn first(text: &str) -> String {
    text.chars().take(20).collect()
}

fn push_text(open: &mut [Element], text: &str) {
    if let Some(element) = open.last_mut() {
        element.text.push_str(text);
    }
}

fn close(open: &mut [Element], mut element: Element) {
    element.text = element.text.trim().into();
    if let Some(parent) = open.last_mut() {
        parent.children.push(element);
    }
}

fn unescaped(text: &str) -> String {
    let entities = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&apos;", "'"), ("&amp;", "&")];
    entities.iter().fold(text.to_owned(), |text, (entity, plain)| text.replace(entity, plain))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_with_text_and_what_is_passed_over() {
        let text = "<?xml version=\"1.0\"?><!-- a <b> --><a x=\"1\"><b> 1 &amp; 2 </b><c/><d><![CDATA[<e>]]></d></a>";
        let root = Element::parse(text).unwrap();
        assert_eq!((root.name.as_str(), root.children.len()), ("a", 3));
        let text_of = |name: &str| root.child(name).map(|child| child.text.as_str());
        assert_eq!(
            [text_of("b"), text_of("c"), text_of("d"), text_of("e")],
            [Some("1 & 2"), Some(""), Some("<e>"), None]
        );
    }

    #[test]
    fn what_is_broken_is_refused() {
        let check = |text: &str, why: &str| {
            let error = Element::parse(text).unwrap_err();
            assert!(error.contains(why), "{text}: {error}");
        };
        check("", "no element");
        check("<a><b></a>", "closes what is not open");
        check("</a>", "closes what is not open");
        check("<a><b>", "never closed");
        check("<a", "not closed by >");
        check("<>", "no name");
        check("<!-- <a>", "not closed by -->");
        check(&"<a>".repeat(100), "more than 64");
    }
}
