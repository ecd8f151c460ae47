//! Words that several makers share.

/// Girls' names. Those that come first are the ones in the built-in questions.
pub(super) const GIRLS: &str = "
    Anna Mia Lily Ella Rosa Lucy Zoe Ruby Emma Nina
    Alice Amy Betty Bella Carla Clara Cleo Daisy Dora Elsa Eva Fay Fiona Flora Greta Hana Hanna
    Hazel Heidi Holly Ida Ivy Jane Jenny Jill Joy Julia June Kate Kira Lena Lina Lisa Lola Lotte
    Maria Maya Meg Molly Nora Olga Pam Paula Penny Pia Polly Poppy Rita Rose Sally Sara Sofia Stella
    Sue Tara Tess Tilda Vera Wendy Yara";

/// Boys' names. Those that come first are the ones in the built-in questions.
pub(super) const BOYS: &str = "
    Ben Tom Max Leo Sam Finn Omar Noah Hugo Jack
    Adam Alex Ali Andy Anton Arlo Bill Bob Bruno Carl Dan David Eli Emil Eric Felix Frank Fred Gus
    Hans Harry Henry Ivan Jake Jim Joe John Jonas Karl Ken Kofi Luca Luke Mark Matt Mike Milo
    Nick Nils Oscar Otto Owen Paul Pedro Pete Peter Ravi Rob Ron Roy Simon Ted Theo Tim Toby Tony
    Will Yusuf";

/// How often one of the first ten names comes rather than any.
pub(super) const USUAL_NAMES: usize = 10;
