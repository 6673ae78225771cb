"""The building blocks that the lessons share, one topic a module.

`quiet`
    Keras, imported without its backend's start-up messages.
`files`
    A file that is written whole or not at all, a folder that one program has for itself.
`shapes`
    The arithmetic of convolutions: sizes, padding, parameters, receptive fields.
`folders`, `images`, `data`, `batches`
    From a folder of image files to batches that a network trains on.
`audit`, `baselines`
    What is wrong with an image set, and what simple methods reach on it.
`models`
    AlexNet itself, and a small net.
`averages`, `recipes`, `checkpoints`, `devices`, `training`, `saved`
    What makes a trained net fit for use, what a training is told, where it can go on, on what it
    runs, how it runs, and the model that it leaves on disk.
`evaluation`, `inside`
    How good a model is: measures on arrays of probabilities and labels. What it computes inside.
`results`
    What recorded runs on the real photographs gave.
`plots`, `display`, `controls`
    Figures with alternative text, the one function that shows them, and knobs to turn.
`exercises`
    The checks of the exercises.

Imports run one way: a module uses only modules named before it.
"""
