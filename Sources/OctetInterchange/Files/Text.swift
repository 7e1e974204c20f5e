// Every file of the module, and whoever uses it, shows text from strangers.
@_exported import OctetText
