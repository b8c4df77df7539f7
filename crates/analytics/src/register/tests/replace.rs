//! An import into a folder that is in use: the register is whole before, meanwhile and after.

use super::*;

fn two() -> Folder {
    Folder::new().with("household.csv", HOUSEHOLDS.replace("12600", "12700")).with("person.csv", PERSONS)
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

#[test]
fn the_same_files_change_nothing() {
    let (data, out) = (good(), Folder::new());
    let folder = out.path().join("register");
    let first = plain(data.path(), &folder);
    let before = bytes(&folder);
    let second = plain(data.path(), &folder);
    assert!(!first.unchanged && second.unchanged);
    assert_eq!(second.manifest, first.manifest);
    assert_eq!(bytes(&folder), before);
    // Written anew they are the same bytes.
    plain(data.path(), &out.path().join("other"));
    assert_eq!(bytes(&out.path().join("other")), before);
    // Other ways of reading are other inputs.
    let mut options = ImportOptions::default();
    options.reading.encoding = Some("utf-8".to_owned());
    assert!(!run(data.path(), &folder, &options).unchanged);
    data.write("person.csv", PERSONS.replace("赵敏", "赵明"));
    assert!(!plain(data.path(), &folder).unchanged);
    assert_eq!(stored(&folder, "person", "name")[0], "3:赵明");
}

#[test]
fn a_new_register_takes_the_place_of_the_old() {
    let out = Folder::new();
    let folder = out.path().join("register");
    plain(good().path(), &folder);
    plain(two().path(), &folder);
    assert_eq!(stored(&folder, "household", "income"), ["3:0", "1:1270000", "2:390050"]);
    assert_eq!(names(&folder), ["parts", "register.json"]);
    assert_eq!(names(out.path()), ["register"]);
    assert!(!folder.join("parts/520222-2/vehicle.parquet").exists(), "nothing of the old one is left");
}

#[test]
fn folders_of_others_are_not_touched() {
    let out = Folder::new();
    let import_into = |folder: &Path| import(&programme(), good().path(), folder, &ImportOptions::default(), &mut |_| {});
    out.write("work/letter.txt", "dear all");
    assert!(matches!(import_into(&out.path().join("work")), Err(Error::Occupied { .. })));
    assert!(matches!(import_into(&out.path().join("work/letter.txt")), Err(Error::Occupied { .. })));
    out.write("register.new/letter.txt", "dear all");
    assert!(matches!(import_into(&out.path().join("register")), Err(Error::Occupied { .. })));
    // Somebody's copy of a register.
    plain(good().path(), &out.path().join("copied.new"));
    assert!(matches!(import_into(&out.path().join("copied")), Err(Error::Occupied { .. })));
    assert_eq!(names(out.path()), ["copied.new", "register.new", "work"]);
    std::fs::create_dir(out.path().join("empty")).unwrap();
    assert!(import_into(&out.path().join("empty")).is_ok());
    assert!(Register::is_register(&out.path().join("empty")));
}

#[test]
fn what_a_crash_leaves_is_cleared_and_the_old_register_stands() {
    let out = Folder::new();
    let folder = out.path().join("register");
    plain(good().path(), &folder);
    let before = bytes(&folder);
    // Broken off while writing parts.
    let writer = RegisterWriter::create(&folder).unwrap();
    writer.part("520222-1").unwrap();
    std::mem::forget(writer);
    assert_eq!(names(out.path()), ["register", "register.new"]);
    assert_eq!(bytes(&folder), before);
    assert!(Register::open(&folder).is_ok());
    // The lock of a process ends with it; this one still holds it.
    assert!(matches!(RegisterWriter::create(&folder), Err(Error::Invalid(_))), "two imports at once");
    std::fs::remove_dir_all(out.path().join("register.new")).unwrap();
    out.write("register.new/.lock", "");
    out.write("register.new/parts/520222-1/household.parquet", "PAR1");
    out.write("register.new/register.json", "{");
    plain(two().path(), &folder);
    assert_eq!(names(out.path()), ["register"]);
    assert_eq!(stored(&folder, "household", "income")[1], "1:1270000");
    // Broken off between two renames, where a file system cannot exchange folders.
    std::fs::rename(&folder, out.path().join("register.replaced")).unwrap();
    assert!(Register::open(&folder).is_ok());
    assert_eq!(names(out.path()), ["register"]);
}

#[test]
fn an_import_that_gives_up_leaves_nothing() {
    let out = Folder::new();
    drop(RegisterWriter::create(&out.path().join("register")).unwrap());
    assert_eq!(names(out.path()), Vec::<String>::new());
}

#[cfg(unix)]
#[test]
fn a_register_behind_a_link_is_replaced_where_it_is() {
    let out = Folder::new();
    plain(good().path(), &out.path().join("real"));
    std::os::unix::fs::symlink(out.path().join("real"), out.path().join("link")).unwrap();
    plain(two().path(), &out.path().join("link"));
    assert!(out.path().join("link").is_symlink());
    assert_eq!(stored(&out.path().join("real"), "household", "income")[1], "1:1270000");
}
