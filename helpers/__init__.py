"""The building blocks that the lessons share, one topic a module.

`quiet`
    Keras, imported without its backend's start-up messages.
`shapes`
    The arithmetic of convolutions: sizes, padding, parameters, receptive fields.
`folders`, `images`, `data`, `batches`
    From a folder of image files to batches that a network trains on.
`audit`, `baselines`
    What is wrong with an image set, and what simple methods reach on it.
`models`
    AlexNet itself.
`plots`, `display`
    Figures with alternative text, and the one function that shows them.

Imports run one way: a module uses only modules named before it.
"""
