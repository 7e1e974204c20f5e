// A float model is what every format is translated to, so whoever imports the formats has the models too.
@_exported import OctetTraining
