"""The building blocks that the lessons share, one topic per module.

`keras_setup`
    Keras, imported without its backend's start-up messages.
`files`
    Files that are written completely or not at all, a folder that one program has for itself.
`shapes`
    The arithmetic of convolutions: sizes, padding, parameters.
`folders`, `images`, `data`, `batches`
    From a folder of image files to the batches that a model trains on.
`audit`, `baselines`
    What is wrong with an image set, and what simple methods reach on it.
`models`, `networks`, `memory`
    AlexNet, and two smaller networks of its kind; others to compare it with; how much memory a
    training needs.
`averaging`, `recipes`, `checkpoints`, `devices`, `parallel`, `progress`, `training`, `model_io`
    Batch-norm recalibration and weight averaging; the values of a training; resuming it; the
    device and the precision; several devices; what is noted on the way; the training itself;
    models on disk.
`evaluation`, `interpret`
    How good a model is, and what it computes inside.
`results`, `pretrained`
    What recorded runs on the real photographs gave, and the photo network that one of them left.
`plots`, `display`, `controls`
    Figures with alternative text, the functions that show them, and sliders.
`exercises`
    The checks of the exercises.

Imports run one way: a module uses only modules named before it.
"""
