/// What a score of `--model self` means, and when it misleads, in the words of each output.
public enum SelfModelMeaning {
    /// In the manifest and in `summary.csv`.
    static let manifest =
        "model self: a score says how unlike the majority of this slide a place is, not how abnormal; where most "
        + "of the slide is tumor, normal tissue stands out; on a uniform slide the ranking means nothing; "
        + "scores of two slides do not compare"

    /// On the terminal, behind the result of a slide.
    public static let terminal =
        "scored against itself: high means unlike the majority of this slide, not abnormal. On a slide that is "
        + "mostly tumor, normal tissue stands out; on a uniform one the ranking means nothing. Do not compare "
        + "scores of two slides"

    /// Under the heatmap.
    static let caption =
        "Scored against itself (model self): high = unlike the majority of THIS slide, not abnormal. "
        + "A slide that is mostly tumor makes normal tissue stand out. On a uniform slide the ranking means "
        + "nothing. Scores and colors of two slides do not compare."

    /// For `model info self`, as Markdown.
    public static let card = """
        # self

        `self` is no model that comes with the program: `screen --model self` learns one for each slide. An \
        autoencoder is trained on a seeded sample of the slide's own cells, with the features of the built-in \
        extractor, and every cell is then scored by how badly it is reconstructed.

        A score says how unlike the majority of its slide a place is. It does not say how abnormal it is.

        * On a slide that is mostly tumor, tumor is the majority, and normal tissue stands out.
        * On a uniform slide something is highest, too: the ranking then means nothing.
        * Rare is not abnormal: a single vessel, nerve or fold stands out, and so does what the stain made \
        differ.
        * Scores of two slides come from two models and do not compare; neither do percentiles and colors, \
        which refer to cells of the same slide that were held out from training.

        For tissue for which you have normal slides, train a model (`wsi-screen train`); that is what the method \
        was made for.

        The model of a slide lies in its result folder as self-model.safetensors. `model info` shows it, and \
        `screen --model FILE` scores other slides with it: by how unlike the majority of that first slide they \
        are. A file or folder that is itself called self is reached as ./self.

        """
}
