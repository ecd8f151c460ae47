//! Instruction tuning: the pretrained model learns to do what it is told.
