//! In which encoding and with which separator a text file was written.

use std::io::Read;

use encoding_rs::{Encoding, GB18030, UTF_8};

/// How much of a file is looked at.
pub(super) const SAMPLE: u64 = 1 << 20;

/// Faults that say nothing about the whole of a small file.
const FEW: usize = 10;

/// The encoding and the length of the byte-order mark; nothing when the text is in no encoding that is known.
///
/// A byte-order mark, else the encoding with fewer faults of UTF-8 and GB18030 (of which GBK and GB2312 are parts):
/// one damaged row does not make a UTF-8 file a Chinese one.
pub(super) fn encoding_of(sample: &[u8], named: Option<&str>) -> Option<(&'static Encoding, usize)> {
    let mark = Encoding::for_bom(sample);
    if let Some(name) = named {
        let encoding = Encoding::for_label(name.as_bytes())?;
        return Some((encoding, mark.filter(|(found, _)| *found == encoding).map_or(0, |(_, length)| length)));
    }
    if let Some(found) = mark {
        return Some(found);
    }
    // A character cut by the end of the sample is no fault.
    let cut = sample.iter().rposition(|b| *b == b'\n' || *b == b'\r').filter(|_| sample.len() >= 1 << 16);
    let sample = sample.get(..cut.unwrap_or(sample.len())).unwrap_or_default();
    let faults = |encoding: &'static Encoding| encoding.decode_without_bom_handling(sample).0.matches(char::REPLACEMENT_CHARACTER).count();
    let candidates =
        if std::str::from_utf8(sample).is_ok() { [(0, UTF_8); 2] } else { [(faults(UTF_8), UTF_8), (faults(GB18030), GB18030)] };
    let (faults, encoding) = candidates.into_iter().min_by_key(|(faults, _)| *faults)?;
    let foreign = sample.iter().filter(|b| !b.is_ascii()).count();
    (faults <= FEW || faults * 20 <= foreign).then_some((encoding, 0))
}

/// The separator that stands equally often in most of the first lines, and most often among those.
pub(super) fn delimiter_of(head: &str) -> u8 {
    let lines: Vec<&str> = head.split(['\n', '\r']).filter(|line| !line.trim().is_empty()).take(20).collect();
    let score = |separator: char| {
        let first = lines.first().map_or(0, |line| outside_quotes(line, separator));
        let equal = lines.iter().filter(|line| outside_quotes(line, separator) == first).count();
        if first == 0 { (false, 0, 0) } else { (equal * 2 >= lines.len(), first, equal) }
    };
    let candidates = [(b',', ','), (b'\t', '\t'), (b';', ';'), (b'|', '|')];
    candidates.iter().max_by_key(|(byte, separator)| (score(*separator), *byte == b',')).map_or(b',', |(byte, _)| *byte)
}

fn outside_quotes(line: &str, separator: char) -> usize {
    line.split('"').step_by(2).map(|part| part.matches(separator).count()).sum()
}

/// Reads up to `limit` bytes; an error comes with what was read before it.
pub(super) fn read_head(reader: &mut dyn Read, limit: u64) -> (Vec<u8>, Option<std::io::Error>) {
    let mut head = Vec::new();
    let outcome = reader.take(limit).read_to_end(&mut head);
    (head, outcome.err())
}

/// A stream that ends in an error.
pub(super) struct Failing(pub(super) Option<std::io::Error>);

impl Read for Failing {
    fn read(&mut self, _buffer: &mut [u8]) -> std::io::Result<usize> {
        self.0.take().map_or(Ok(0), Err)
    }
}

/// Decodes a stream to UTF-8 piece by piece.
pub(super) struct Transcoder<R> {
    inner: R,
    decoder: encoding_rs::Decoder,
    input: Vec<u8>,
    output: Vec<u8>,
    position: usize,
    ended: bool,
}

impl<R: Read> Transcoder<R> {
    pub(super) fn new(inner: R, encoding: &'static Encoding) -> Self {
        let (input, output) = (vec![0; 1 << 16], Vec::with_capacity(1 << 18));
        Self { inner, decoder: encoding.new_decoder_without_bom_handling(), input, output, position: 0, ended: false }
    }
}

impl<R: Read> Read for Transcoder<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        while self.position >= self.output.len() && !self.ended {
            let length = self.inner.read(&mut self.input)?;
            self.ended = length == 0;
            self.position = 0;
            let source = self.input.get(..length).unwrap_or_default();
            let room = self.decoder.max_utf8_buffer_length(length).unwrap_or(1 << 18);
            self.output.resize(room, 0);
            // Bytes that are not of the encoding become U+FFFD, which is a fault of the cell that holds it.
            let (_, _, written, _) = self.decoder.decode_to_utf8(source, &mut self.output, self.ended);
            self.output.truncate(written);
        }
        let rest = self.output.get(self.position..).unwrap_or_default();
        let length = rest.len().min(buffer.len());
        if let (Some(target), Some(source)) = (buffer.get_mut(..length), rest.get(..length)) {
            target.copy_from_slice(source);
        }
        self.position += length;
        Ok(length)
    }
}
