//! Columns of the view as plain slices for the kernels.

use datafusion::arrow::array::{Array, ArrayRef, AsArray, RecordBatch};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, Float32Type, Float64Type, Int32Type, Int64Type};
use sha2::{Digest, Sha256};

use crate::error::{Error, Result};

pub(super) fn whole(array: Option<&ArrayRef>, rows: usize) -> Vec<Option<i64>> {
    let Some(array) = array.and_then(|array| cast(array, &DataType::Int64).ok()) else { return vec![None; rows] };
    array.as_primitive::<Int64Type>().iter().collect()
}

pub(super) fn whole_or(array: Option<&ArrayRef>, rows: usize, otherwise: i64) -> Vec<i64> {
    let Some(array) = array.and_then(|array| cast(array, &DataType::Int64).ok()) else { return vec![otherwise; rows] };
    let numbers = array.as_primitive::<Int64Type>();
    if numbers.null_count() == 0 {
        return numbers.values().to_vec();
    }
    numbers.iter().map(|value| value.unwrap_or(otherwise)).collect()
}

/// People of each household; one where nothing better is known.
pub(super) fn people(array: Option<&ArrayRef>, rows: usize) -> Vec<u32> {
    // As registers hold it: one pass instead of three.
    if let Some(numbers) = array.and_then(|array| array.as_primitive_opt::<Int32Type>()).filter(|numbers| numbers.null_count() == 0) {
        return numbers.values().iter().map(|n| u32::try_from(*n).ok().filter(|n| *n > 0).unwrap_or(1)).collect();
    }
    whole_or(array, rows, 1).into_iter().map(|n| u32::try_from(n).ok().filter(|n| *n > 0).unwrap_or(1)).collect()
}

/// Survey weights; one where there is none.
pub(super) fn weights(array: Option<&ArrayRef>, rows: usize) -> Vec<f64> {
    let Some(array) = array.and_then(|array| cast(array, &DataType::Float64).ok()) else { return vec![1.0; rows] };
    array.as_primitive::<Float64Type>().iter().map(|weight| weight.filter(|w| w.is_finite() && *w >= 0.0).unwrap_or(1.0)).collect()
}

pub(super) fn truth(array: Option<&ArrayRef>, rows: usize) -> Vec<Option<bool>> {
    match array {
        Some(array) if array.data_type() == &DataType::Boolean => array.as_boolean().iter().collect(),
        _ => vec![None; rows],
    }
}

/// Each value as text, empty where it is missing.
pub(super) fn texts(array: &ArrayRef) -> Result<Vec<String>> {
    if let Some(numbers) = array.as_primitive_opt::<Int64Type>() {
        return Ok(numbers.iter().map(|n| n.map_or_else(String::new, |n| n.to_string())).collect());
    }
    if let Some(texts) = array.as_string_opt::<i32>() {
        return Ok(texts.iter().map(|text| text.unwrap_or_default().to_owned()).collect());
    }
    (0..array.len()).map(|row| super::text(array, row)).collect()
}

/// A stable 64-bit hash of each value's text, the same on every machine.
pub(super) fn hashes(array: &ArrayRef) -> Result<Vec<u64>> {
    Ok(texts(array)?.iter().map(|text| stable_hash(text)).collect())
}

/// The first eight bytes of SHA-256.
#[must_use]
pub fn stable_hash(text: &str) -> u64 {
    let digest = Sha256::digest(text.as_bytes());
    digest.iter().take(8).fold(0, |hash, byte| hash << 8 | u64::from(*byte))
}

/// Feature columns in single precision, missing as NaN.
pub fn feature_columns(view: &RecordBatch, places: &[usize]) -> Result<Vec<Vec<f32>>> {
    let column = |place: &usize| {
        let array = view.columns().get(*place).ok_or_else(|| Error::Invalid("a feature outside the view".to_owned()))?;
        let floats = cast(array, &DataType::Float32)?;
        let floats = floats.as_primitive::<Float32Type>();
        Ok(match floats.nulls() {
            None => floats.values().to_vec(),
            Some(_) => floats.iter().map(|value| value.unwrap_or(f32::NAN)).collect(),
        })
    };
    places.iter().map(column).collect()
}
