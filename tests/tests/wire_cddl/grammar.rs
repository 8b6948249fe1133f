//! Reads the part of CDDL (RFC 8610) that `schemas/wire.cddl` is written in.

use std::collections::BTreeMap;

/// What a value may be.
#[derive(Clone, Debug, PartialEq)]
pub enum Type {
    Choice(Vec<Type>),
    Array(Vec<Member>),
    /// `uint`, `int`, `bytes`, `tstr`, `bool`, `null`, `float`, or a rule of the file.
    Named(String),
    /// Whole numbers from one to another; a literal is a range of one.
    Range(i128, i128),
    /// `bytes .size N`
    Sized(usize),
    /// `bytes .cbor rule`
    Packed(String),
}

/// One place of an array.
#[derive(Clone, Debug, PartialEq)]
pub struct Member {
    pub least: usize,
    pub most: usize,
    pub holds: Type,
}

/// The rules of a file by name. Panics on anything it does not know: a test would rather fail than guess.
pub fn read(text: &str) -> BTreeMap<String, Type> {
    let words = words(text);
    let mut reader = Reader { words: &words, at: 0 };
    let mut rules = BTreeMap::new();
    while let Some(name) = reader.next() {
        reader.expect("=");
        let known = rules.insert(name.to_owned(), reader.choice());
        assert!(known.is_none(), "two rules are called {name}");
    }
    rules
}

fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    for line in text.lines() {
        let line = line.split(';').next().unwrap_or_default();
        let mut spaced = String::new();
        for letter in line.chars() {
            match letter {
                '[' | ']' | ',' | '/' | '=' | '?' | '*' | ':' => spaced.extend([' ', letter, ' ']),
                _ => spaced.push(letter),
            }
        }
        words.extend(spaced.split_whitespace().map(str::to_owned));
    }
    words
}

struct Reader<'a> {
    words: &'a [String],
    at: usize,
}

impl<'a> Reader<'a> {
    fn peek(&self, ahead: usize) -> Option<&'a str> {
        self.words.get(self.at + ahead).map(String::as_str)
    }

    fn next(&mut self) -> Option<&'a str> {
        let word = self.peek(0)?;
        self.at += 1;
        Some(word)
    }

    fn take(&mut self, word: &str) -> bool {
        let there = self.peek(0) == Some(word);
        self.at += usize::from(there);
        there
    }

    fn expect(&mut self, word: &str) {
        assert!(self.take(word), "expected {word:?} before {:?}", self.peek(0));
    }

    fn choice(&mut self) -> Type {
        let mut types = vec![self.single()];
        while self.take("/") {
            types.push(self.single());
        }
        if types.len() == 1 { types.remove(0) } else { Type::Choice(types) }
    }

    fn single(&mut self) -> Type {
        let word = self.next().expect("a type");
        if word == "[" {
            return self.array();
        }
        if word == "bytes" && self.take(".size") {
            return Type::Sized(self.next().and_then(|size| size.parse().ok()).expect("a size"));
        }
        if word == "bytes" && self.take(".cbor") {
            return Type::Packed(self.next().expect("a rule").to_owned());
        }
        let (low, high) = word.split_once("..").unwrap_or((word, word));
        match (low.parse(), high.parse()) {
            (Ok(low), Ok(high)) => Type::Range(low, high),
            _ => Type::Named(word.to_owned()),
        }
    }

    fn array(&mut self) -> Type {
        let mut members = Vec::new();
        while !self.take("]") {
            let (least, most) = match self.peek(0) {
                Some("?") => (0, 1),
                Some("*") => (0, usize::MAX),
                _ => (1, 1),
            };
            self.at += usize::from(least == 0);
            if self.peek(1) == Some(":") {
                self.at += 2;
            }
            members.push(Member { least, most, holds: self.choice() });
            self.take(",");
        }
        Type::Array(members)
    }
}
