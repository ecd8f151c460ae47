//! A classifier: the pretrained model learns to tell spam from messages.
