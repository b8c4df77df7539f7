use super::*;

#[test]
fn the_standards_example_ends_in_x() {
    assert_eq!(check_digit(b"11010519491231002"), b'X');
    let number = Number::person(110_105, calendar::days_of((1949, 12, 31)), 2);
    assert_eq!(number.as_str(), "11010519491231002X");
    assert!(number.valid());
}

#[test]
fn a_transposed_number_fails_its_check() {
    let number = Number::person(990_101, calendar::days_of((1987, 3, 14)), 123);
    let wrong = number.transposed(9);
    assert_ne!(number, wrong);
    assert!(!wrong.valid(), "{} {}", number.as_str(), wrong.as_str());
}

#[test]
fn a_neighbouring_number_passes_its_check() {
    let number = Number::person(990_101, calendar::days_of((1987, 3, 14)), 195);
    let other = number.neighbour();
    assert_ne!(number, other);
    assert!(other.valid());
}

#[test]
fn certificates_have_20_or_22_characters() {
    let number = Number::person(990_101, calendar::days_of((1960, 1, 2)), 12);
    assert_eq!(number.certificate(3, 1, None).as_str().len(), 20);
    assert_eq!(number.certificate(3, 1, Some(1)).as_str().len(), 22);
}

#[test]
fn placeholders_begin_with_999999() {
    assert!(Number::placeholder(12).as_str().starts_with("999999"));
    assert_eq!(Number::placeholder(12).as_str().len(), 18);
}
