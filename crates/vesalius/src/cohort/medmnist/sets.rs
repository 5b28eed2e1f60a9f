//! The 18 MedMNIST v2 sets: facts of the publisher, one entry a set.
//!
//! Class names, tasks, licences and MD5 sums are those of MedMNIST 3.0.2 (Yang et al. 2023, doi:10.1038/s41597-022-01721-8).

use crate::cohort::Task;

/// The official address: a Zenodo record, to which the file name is appended.
pub const BASE_URL: &str = "https://zenodo.org/records/10519652/files/";

/// One published file of a set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SetFile {
    /// Edge length of the images in pixels or voxels.
    pub size: u32,
    /// MD5 of the file in lower-case hexadecimal digits.
    pub md5: &'static str,
}

/// One MedMNIST v2 set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Set {
    /// The short name that files and commands use.
    pub flag: &'static str,
    /// The name in papers.
    pub name: &'static str,
    /// What is to be told.
    pub task: Task,
    /// Class names, in the order of the label numbers.
    pub classes: &'static [&'static str],
    /// Channels of an image as published: 1 or 3.
    pub n_channels: usize,
    /// Spatial axes of an image: 2 or 3.
    pub n_axes: usize,
    /// Licence of the data.
    pub licence: &'static str,
    /// The published files, smallest first.
    pub files: &'static [SetFile],
}

const fn file(size: u32, md5: &'static str) -> SetFile {
    SetFile { size, md5 }
}

const ORGANS: &[&str] = &[
    "bladder",
    "femur-left",
    "femur-right",
    "heart",
    "kidney-left",
    "kidney-right",
    "liver",
    "lung-left",
    "lung-right",
    "pancreas",
    "spleen",
];

/// All sets, in the publisher's order.
pub const SETS: &[Set] = &[
    Set {
        flag: "pathmnist",
        name: "PathMNIST",
        task: Task::MultiClass,
        classes: &[
            "adipose",
            "background",
            "debris",
            "lymphocytes",
            "mucus",
            "smooth muscle",
            "normal colon mucosa",
            "cancer-associated stroma",
            "colorectal adenocarcinoma epithelium",
        ],
        n_channels: 3,
        n_axes: 2,
        licence: "CC BY 4.0",
        files: &[
            file(28, "a8b06965200029087d5bd730944a56c1"),
            file(64, "55aa9c1e0525abe5a6b9d8343a507616"),
            file(128, "ac42d08fb904d92c244187169d1fd1d9"),
            file(224, "2c51a510bcdc9cf8ddb2af93af1eadec"),
        ],
    },
    Set {
        flag: "chestmnist",
        name: "ChestMNIST",
        task: Task::MultiLabel,
        classes: &[
            "atelectasis",
            "cardiomegaly",
            "effusion",
            "infiltration",
            "mass",
            "nodule",
            "pneumonia",
            "pneumothorax",
            "consolidation",
            "edema",
            "emphysema",
            "fibrosis",
            "pleural",
            "hernia",
        ],
        n_channels: 1,
        n_axes: 2,
        licence: "CC BY 4.0",
        files: &[
            file(28, "02c8a6516a18b556561a56cbdd36c4a8"),
            file(64, "9de6cd0b934ebb5b7426cfba5efbae16"),
            file(128, "db107e5590b27930b62dbaf558aebee3"),
            file(224, "45bd33e6f06c3e8cdb481c74a89152aa"),
        ],
    },
    Set {
        flag: "dermamnist",
        name: "DermaMNIST",
        task: Task::MultiClass,
        classes: &[
            "actinic keratoses and intraepithelial carcinoma",
            "basal cell carcinoma",
            "benign keratosis-like lesions",
            "dermatofibroma",
            "melanoma",
            "melanocytic nevi",
            "vascular lesions",
        ],
        n_channels: 3,
        n_axes: 2,
        licence: "CC BY-NC 4.0",
        files: &[
            file(28, "0744692d530f8e62ec473284d019b0c7"),
            file(64, "b70a2f5635c6199aeaa28c31d7202e1f"),
            file(128, "2defd784463fa5243564e855ed717de1"),
            file(224, "8974907d8e169bef5f5b96bc506ae45d"),
        ],
    },
    Set {
        flag: "octmnist",
        name: "OCTMNIST",
        task: Task::MultiClass,
        classes: &["choroidal neovascularization", "diabetic macular edema", "drusen", "normal"],
        n_channels: 1,
        n_axes: 2,
        licence: "CC BY 4.0",
        files: &[
            file(28, "c68d92d5b585d8d81f7112f81e2d0842"),
            file(64, "e229e9440236b774d9f0dfef9d07bdaf"),
            file(128, "0a97e76651ace45c5d943ee3f65b63ae"),
            file(224, "abc493b6d529d5de7569faaef2773ba3"),
        ],
    },
    Set {
        flag: "pneumoniamnist",
        name: "PneumoniaMNIST",
        task: Task::Binary,
        classes: &["normal", "pneumonia"],
        n_channels: 1,
        n_axes: 2,
        licence: "CC BY 4.0",
        files: &[
            file(28, "28209eda62fecd6e6a2d98b1501bb15f"),
            file(64, "8f4eceb4ccffa70c672198ea285246c6"),
            file(128, "05b46931834c231683c68f40c47b2971"),
            file(224, "d6a3c71de1b945ea11211b03746c1fe1"),
        ],
    },
    Set {
        flag: "retinamnist",
        name: "RetinaMNIST",
        task: Task::Ordinal,
        classes: &["0", "1", "2", "3", "4"],
        n_channels: 3,
        n_axes: 2,
        licence: "CC BY 4.0",
        files: &[
            file(28, "bd4c0672f1bba3e3a89f0e4e876791e4"),
            file(64, "afda852cc34dcda56f86ad2b2457dbcc"),
            file(128, "e48e916a24454daf90583d4e6efb1a18"),
            file(224, "eae7e3b6f3fcbda4ae613ebdcbe35348"),
        ],
    },
    Set {
        flag: "breastmnist",
        name: "BreastMNIST",
        task: Task::Binary,
        classes: &["malignant", "normal, benign"],
        n_channels: 1,
        n_axes: 2,
        licence: "CC BY 4.0",
        files: &[
            file(28, "750601b1f35ba3300ea97c75c52ff8f6"),
            file(64, "742edef2a1fd1524b2efff4bd7ba9364"),
            file(128, "363e4b3f8d712e9b5de15470a2aaadf1"),
            file(224, "b56378a6eefa9fed602bb16d192d4c8b"),
        ],
    },
    Set {
        flag: "bloodmnist",
        name: "BloodMNIST",
        task: Task::MultiClass,
        classes: &[
            "basophil",
            "eosinophil",
            "erythroblast",
            "immature granulocytes(myelocytes, metamyelocytes and promyelocytes)",
            "lymphocyte",
            "monocyte",
            "neutrophil",
            "platelet",
        ],
        n_channels: 3,
        n_axes: 2,
        licence: "CC BY 4.0",
        files: &[
            file(28, "7053d0359d879ad8a5505303e11de1dc"),
            file(64, "2b94928a2ae4916078ca51e05b6b800b"),
            file(128, "adace1e0ed228fccda1f39692059dd4c"),
            file(224, "b718ff6835fcbdb22ba9eacccd7b2601"),
        ],
    },
    Set {
        flag: "tissuemnist",
        name: "TissueMNIST",
        task: Task::MultiClass,
        classes: &[
            "Collecting Duct, Connecting Tubule",
            "Distal Convoluted Tubule",
            "Glomerular endothelial cells",
            "Interstitial endothelial cells",
            "Leukocytes",
            "Podocytes",
            "Proximal Tubule Segments",
            "Thick Ascending Limb",
        ],
        n_channels: 1,
        n_axes: 2,
        licence: "CC BY 4.0",
        files: &[
            file(28, "ebe78ee8b05294063de985d821c1c34b"),
            file(64, "123ece2eba09d0aa5d698fda57103344"),
            file(128, "61b955355d7425a89687b06cca3ce0c2"),
            file(224, "b077128c4a949f0a4eb01517f9037b9c"),
        ],
    },
    Set {
        flag: "organamnist",
        name: "OrganAMNIST",
        task: Task::MultiClass,
        classes: ORGANS,
        n_channels: 1,
        n_axes: 2,
        licence: "CC BY 4.0",
        files: &[
            file(28, "68e3f8846a6bd62f0c9bf841c0d9eacc"),
            file(64, "2dcccc29b88e6da5a01161ef20cda288"),
            file(128, "eeae80d0a227a8d099027e1b3cfd3b60"),
            file(224, "50747347e05c87dd3aaf92c49f9f3170"),
        ],
    },
    Set {
        flag: "organcmnist",
        name: "OrganCMNIST",
        task: Task::MultiClass,
        classes: ORGANS,
        n_channels: 1,
        n_axes: 2,
        licence: "CC BY 4.0",
        files: &[
            file(28, "b9ceb9546e10131b32923c5bbeaea2b1"),
            file(64, "3ce34a8724ea6f548e6db4744d03b6a9"),
            file(128, "773c1f009daa3fe5d9a2a201b2a7ed94"),
            file(224, "050f5e875dc056f6768abf94ec9995d1"),
        ],
    },
    Set {
        flag: "organsmnist",
        name: "OrganSMNIST",
        task: Task::MultiClass,
        classes: ORGANS,
        n_channels: 1,
        n_axes: 2,
        licence: "CC BY 4.0",
        files: &[
            file(28, "9ab87b696fb54e2a387ebe992d6ed5f1"),
            file(64, "53a6d115339d874c25e309a994ff46d3"),
            file(128, "ded0c5fa01a95dc4978b956f613e9b8e"),
            file(224, "b354719e553fbbb2513d5533f52a4cb1"),
        ],
    },
    Set {
        flag: "organmnist3d",
        name: "OrganMNIST3D",
        task: Task::MultiClass,
        classes: &[
            "liver",
            "kidney-right",
            "kidney-left",
            "femur-right",
            "femur-left",
            "bladder",
            "heart",
            "lung-right",
            "lung-left",
            "spleen",
            "pancreas",
        ],
        n_channels: 1,
        n_axes: 3,
        licence: "CC BY 4.0",
        files: &[file(28, "a0c5a1ff56af4f155c46d46fbb45a2fe"), file(64, "58a2205adf14a9d0a189cb06dc78bf10")],
    },
    Set {
        flag: "nodulemnist3d",
        name: "NoduleMNIST3D",
        task: Task::Binary,
        classes: &["benign", "malignant"],
        n_channels: 1,
        n_axes: 3,
        licence: "CC BY 4.0",
        files: &[file(28, "8755a7e9e05a4d9ce80a24c3e7a256f3"), file(64, "c47c5b7d457bf6332200d2ea6d64ecd8")],
    },
    Set {
        flag: "adrenalmnist3d",
        name: "AdrenalMNIST3D",
        task: Task::Binary,
        classes: &["normal", "hyperplasia"],
        n_channels: 1,
        n_axes: 3,
        licence: "CC BY 4.0",
        files: &[file(28, "bbd3c5a5576322bc4cdfea780653b1ce"), file(64, "17721accfe9fb005146a47d33bc54b2f")],
    },
    Set {
        flag: "fracturemnist3d",
        name: "FractureMNIST3D",
        task: Task::MultiClass,
        classes: &["buckle rib fracture", "nondisplaced rib fracture", "displaced rib fracture"],
        n_channels: 1,
        n_axes: 3,
        licence: "CC BY 4.0",
        files: &[file(28, "6aa7b0143a6b42da40027a9dda61302f"), file(64, "f01d7e6316aedf4210da0da5b7437b42")],
    },
    Set {
        flag: "vesselmnist3d",
        name: "VesselMNIST3D",
        task: Task::Binary,
        classes: &["vessel", "aneurysm"],
        n_channels: 1,
        n_axes: 3,
        licence: "CC BY 4.0",
        files: &[file(28, "b41fd4f7e7e2feedddb201585ecafa1b"), file(64, "6bb274a8846e1097066dcd64e2c4520f")],
    },
    Set {
        flag: "synapsemnist3d",
        name: "SynapseMNIST3D",
        task: Task::Binary,
        classes: &["inhibitory synapse", "excitatory synapse"],
        n_channels: 1,
        n_axes: 3,
        licence: "CC BY 4.0",
        files: &[file(28, "1235b78a3cd6280881dd7850a78eadb6"), file(64, "43bd14ebf3af9d3dd072446fedc14d5e")],
    },
];
