//! Exercises kept in one file each: hand out, check and grade.
//!
//! A *master* file holds the task, the solution, the public and the hidden tests of one
//! exercise, between marker lines ([`source`]). From it come the file a student gets
//! ([`handout`]) and, with the student's answer in the solution's place, the file that is
//! graded ([`grade`]). Nothing else of the student's file is read, so edited tests can
//! neither help nor hurt.
//!
//! The reader of the book never sees this crate; `cargo xtask coursework` is its door. It
//! builds without libtorch. Grading is for people who want to learn: it survives answers
//! that crash, hang or do not compile, but it is no sandbox against malice.

pub mod answer;
pub mod build;
pub mod catalogue;
pub mod checkout;
pub mod files;
pub mod grade;
pub mod handout;
pub mod proof;
pub mod rules;
pub mod source;
pub mod start;
pub mod trial;
pub mod workspace;
